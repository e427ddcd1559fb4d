import { expect } from "chai";
import { cartEventCatalog } from "./cartEvents.ts";
import { isCartActivity } from "./isCartActivity.ts";

describe("isCartActivity", () => {
  it("is every event but those of the process that watches carts", () => {
    const types = Object.keys(cartEventCatalog) as (keyof typeof cartEventCatalog)[];
    expect(types.filter((type) => !isCartActivity({ type }))).to.deep.equal(["CartAbandoned", "CartAbandonmentReminderDue"]);
  });
});
