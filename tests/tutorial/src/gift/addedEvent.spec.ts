import { createEventCodec } from "@cart/domain";
import { deciderSpec } from "@cart/testkit";
import { expect } from "chai";
import { giftCatalog, giftDecider, type GiftEvent } from "./addedEvent.ts";

const { given } = deciderSpec(giftDecider);

const created: GiftEvent = { type: "CartCreated", data: { user_id: "user-123", tenant_id: "default", currency: "USD" } };
const submitted: GiftEvent = { type: "CartSubmitted", data: { total_amount: 5998, item_count: 2, line_count: 1 } };
const blue: GiftEvent = { type: "GiftWrapChosen", data: { paper: "blue" } };

describe("choose gift wrap", () => {
  it("records the paper", () => given([created]).when({ type: "ChooseGiftWrap", paper: "blue" }).then([blue]));

  it("changes nothing if the cart has that paper", () => given([created, blue]).when({ type: "ChooseGiftWrap", paper: "blue" }).then([]));

  it("is refused without a cart", () => given([]).when({ type: "ChooseGiftWrap", paper: "blue" }).thenRejects("CART_NOT_FOUND"));

  it("is refused after the cart was submitted", () =>
    given([created, submitted]).when({ type: "ChooseGiftWrap", paper: "blue" }).thenRejects("CART_CLOSED"));

  it("leaves the cart's other commands as they are", () =>
    given([created, blue])
      .when({ type: "ClaimCart", userId: "ann" })
      .then([{ type: "CartClaimed", data: { user_id: "ann", previous_user_id: "user-123" } }]));

  it("is stored only with a valid paper", () => {
    const codec = createEventCodec(giftCatalog);
    codec.assertValid(blue);
    expect(() => codec.assertValid({ type: "GiftWrapChosen", data: { paper: "" } })).to.throw("does not match its schema");
  });
});
