import type { CartEvent } from "@cart/domain";
import { uuidToBytes } from "@cart/mysql";
import { expect } from "chai";
import { project, useQueryApi } from "../testing/useQueryApi.ts";
import { readCartSoon } from "./readCart.ts";

const created: CartEvent = { type: "CartCreated", data: { user_id: "user-123", tenant_id: "default", currency: "USD" } };
const added: CartEvent = {
  type: "ItemAddedToCart",
  data: { line_id: "item-1", item_id: "item-1", quantity: 1, unit_price: 100, previous_unit_price: null },
};

describe("reading a cart that is about to be there", () => {
  const api = useQueryApi();
  const patience = { limitMs: 1_000, pauseMs: 1 };
  const id = (n: number): string => `550e8400-e29b-41d4-a716-4466554400${n}`;
  const versionOf = async (cart: ReturnType<typeof readCartSoon>): Promise<number | undefined> => (await cart)?.version;

  it("gives it as soon as it is at the version", async () => {
    await project(api, id(10), [created]);
    const began = performance.now();
    const [first, second] = [1, 2].map((version) =>
      versionOf(readCartSoon(api.databases().readModel, id(10), version, "unchecked", patience)),
    );
    expect(await first).to.equal(1);
    await project(api, id(10), [created, added]);
    expect(await second).to.equal(2);
    expect(performance.now() - began).to.be.below(patience.limitMs);
  });

  it("gives what there is when it has waited long enough", async () => {
    await project(api, id(11), [created]);
    expect(await versionOf(readCartSoon(api.databases().readModel, id(11), 2, "unchecked", { limitMs: 10, pauseMs: 1 }))).to.equal(1);
    expect(await versionOf(readCartSoon(api.databases().readModel, id(12), 1, "unchecked", { limitMs: 10, pauseMs: 1 }))).to.equal(
      undefined,
    );
  });

  it("does not wait for the transaction of a projector", async () => {
    await project(api, id(13), [created]);
    const projector = await api.readModel.pool().getConnection();
    await projector.beginTransaction();
    await projector.query("UPDATE carts SET version = 2 WHERE id = ?", [uuidToBytes(id(13))]);
    expect(await versionOf(readCartSoon(api.databases().readModel, id(13), 2, "unchecked", { limitMs: 10, pauseMs: 1 }))).to.equal(1);
    await projector.rollback();
    projector.release();
  });
});
