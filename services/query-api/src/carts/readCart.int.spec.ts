import type { CartEvent } from "@cart/domain";
import type { Actor } from "@cart/http-kit";
import { uuidToBytes } from "@cart/mysql";
import { expect } from "chai";
import type { RowDataPacket } from "mysql2/promise";
import { openReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { project, useQueryApi } from "../testing/useQueryApi.ts";
import { readCart, readCartSoon } from "./readCart.ts";

const created: CartEvent = { type: "CartCreated", data: { user_id: "user-123", tenant_id: "default", currency: "USD" } };
const added: CartEvent = {
  type: "ItemAddedToCart",
  data: { line_id: "item-1", item_id: "item-1", quantity: 1, unit_price: 100, previous_unit_price: null },
};

describe("reading a cart that is about to be there", () => {
  const api = useQueryApi();
  const patience = { limitMs: 20_000, pauseMs: 1 };
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

describe("reading a cart of somebody else", () => {
  const api = useQueryApi();
  const id = "550e8400-e29b-41d4-a716-446655441000";
  const unknown = "550e8400-e29b-41d4-a716-446655442000";
  const ann: Actor = { userId: "user-123", tenantId: "default", scopes: [], expiresAt: Infinity };
  let database: ReturnType<typeof openReadOnlyDatabase>;

  before(async () => {
    // With one connection, the counters of its session are those of everything that is read.
    database = openReadOnlyDatabase({ url: api.readModel.url(), connectionLimit: 1 });
    const lines = Array.from({ length: 200 }, (_, n): CartEvent => ({ ...added, data: { ...added.data, line_id: `item-${n}` } }));
    await project(api, id, [created, ...lines]);
  });
  after(() => database.close());

  const rowsRead = async (): Promise<number> => {
    const rows = await database.query<RowDataPacket & { readonly Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'");
    return rows.reduce((sum, { Value: value }) => sum + Number(value), 0);
  };
  const costOf = async (cartId: string, access: Actor): Promise<number> => {
    const start = await rowsRead();
    const before = await rowsRead();
    await readCart(database, cartId, access);
    return (await rowsRead()) - before - (before - start);
  };

  for (const [who, eve] of [
    ["another user", { ...ann, userId: "eve" }],
    ["the same user of another tenant", { ...ann, tenantId: "shop-2" }],
    ["an administrator of another tenant", { ...ann, tenantId: "shop-2", scopes: ["carts:admin"] }],
  ] as const) {
    it(`reads none of its items for ${who}, like an unknown cart`, async () => {
      expect(await readCart(database, id, eve)).to.equal(undefined);
      expect((await costOf(id, eve)) - (await costOf(unknown, eve))).to.be.below(5);
      expect(await costOf(id, ann), "rows that the owner's request reads").to.be.above(200);
    });
  }
});
