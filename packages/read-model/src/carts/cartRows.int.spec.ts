import { type Attributes, type CartEvent, type CartStatus, cartDecider } from "@cart/domain";
import { migrateReadModel } from "@cart/migrations";
import { inTransaction, runTogether, uuidToBytes, writeTogether } from "@cart/mysql";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, PoolConnection } from "mysql2/promise";
import { noCart, type ProjectedCart } from "./projectedCart.ts";
import { cartId, timeOf } from "../testing/cartMessages.ts";
import { openReadModelPool } from "../openReadModelPool.ts";
import { cartWrites } from "./cartWrites.ts";
import { type CartRows, selectCarts, toCarts } from "./selectCarts.ts";

const added = (itemId: string, name?: string, more: { line_id?: string; attributes?: Attributes } = {}): CartEvent => ({
  type: "ItemAddedToCart",
  data: {
    line_id: itemId,
    item_id: itemId,
    quantity: 2,
    unit_price: 100,
    previous_unit_price: null,
    ...(name === undefined ? {} : { name }),
    ...more,
  },
});
const merged: CartEvent = { type: "CartMergedInto", data: { target_cart_id: cartId(9), strategy: "add" } };
const submitted: CartEvent = { type: "CartSubmitted", data: { total_amount: 400, item_count: 4, line_count: 2 } };
const abandoned: CartEvent = {
  type: "CartAbandoned",
  data: { last_activity_at: timeOf(1).toISOString(), abandoned_after_minutes: 60, stage: "cart" },
};
const reminded = (step: number): CartEvent => ({ type: "CartAbandonmentReminderDue", data: { step, after_minutes: step * 10 } });
const reopened: CartEvent = { type: "CartReopened", data: {} };
const purchased: CartEvent = { type: "CartPurchased", data: { order_id: "order-1", total_amount: 400 } };

/** One line is removed and added again, so that its position differs from its rank. */
const opened: readonly CartEvent[] = [
  { type: "CartCreated", data: { user_id: "user-1", tenant_id: "tenant-1", currency: "KWD" } },
  added("b", "Ø"),
  added("a"),
  { type: "ItemRemovedFromCart", data: { line_id: "b", item_id: "b" } },
  added("c"),
  added("b"),
  added("b", "Ø", { line_id: "b in blue", attributes: { colour: "blue '\\ ☕", gift: true, size: 0.1 } }),
  { type: "ItemPriceChanged", data: { line_id: "b in blue", item_id: "b", unit_price: 90, previous_unit_price: 100 } },
];

const histories: Readonly<Record<CartStatus, readonly CartEvent[]>> = {
  OPEN: [
    ...opened,
    submitted,
    reopened,
    { type: "CartCleared", data: {} },
    { type: "CartCurrencyChanged", data: { currency: "EUR", previous_currency: "KWD" } },
    { type: "CartAttributesChanged", data: { attributes: { note: "Ring 'twice' ☕", gift: true } } },
    { type: "CartAdjustmentsChanged", data: { adjustments: [{ kind: "fee", amount: 1 }] } },
    added("d"),
    {
      type: "CartAdjustmentsChanged",
      data: { adjustments: [{ reference: "SPRING", amount: -500, label: "Spring 'sale' ☕", kind: "discount" }] },
    },
    added("d"),
  ],
  ABANDONED: [...opened, abandoned, reminded(1), reminded(3), reopened, added("d"), abandoned],
  SUBMITTED: [...opened, submitted, { type: "CartClaimed", data: { user_id: "user-2", previous_user_id: "user-1" } }],
  CLOSED: [...opened, abandoned, reminded(1), reopened, submitted, purchased],
  MERGED: [...opened, merged],
};

const next = ({ version, cart, createdAt, abandonedAt }: ProjectedCart, event: CartEvent): ProjectedCart => ({
  version: version + 1,
  cart: cartDecider.evolve(cart, event),
  createdAt: version === 0 ? timeOf(1) : createdAt,
  updatedAt: timeOf(version + 1),
  abandonedAt: event.type === "CartAbandoned" ? timeOf(version + 1) : abandonedAt,
  reached: noCart.reached,
});

const loadCarts = async (connection: PoolConnection, ids: readonly string[]) =>
  toCarts(await runTogether<CartRows>(connection, selectCarts(ids.map(uuidToBytes))));

/** Adds the lines as a list, because a deep comparison of maps ignores their order. */
const ordered = ({ cart, ...rest }: ProjectedCart) => ({ ...rest, cart, lines: cart.status === "NONE" ? [] : [...cart.lines.values()] });

describe("the rows of carts", () => {
  const database = useMysqlDatabase({ migrate: migrateReadModel });
  let pool: Pool;

  before(() => {
    pool = openReadModelPool({ url: database.url(), connectionLimit: 1 });
  });
  after(() => pool.end());

  for (const [index, [status, events]] of Object.entries(histories).entries()) {
    it(`restores the state from the rows alone after each event that leads to ${status}`, async () => {
      const id = cartId(index);
      let folded = noCart;
      for (const event of events) {
        const after = next(folded, event);
        await inTransaction(pool, async (connection) => {
          const before = (await loadCarts(connection, [id])).get(id) ?? noCart;
          expect(ordered(before)).to.deep.equal(ordered(folded));
          await writeTogether(connection, cartWrites([{ id, before, after: next(before, event) }]));
        });
        folded = after;
      }
      const loaded = await inTransaction(pool, (connection) => loadCarts(connection, [id]));
      expect(ordered(loaded.get(id) ?? noCart)).to.deep.equal(ordered(folded));
      expect(folded.cart.status).to.equal(status);
    });
  }

  it("refuses an unknown status", async () => {
    await database.pool().query("UPDATE carts SET status = 'LOST' LIMIT 1");
    const all = Object.keys(histories).map((_, index) => cartId(index));
    const error: unknown = await inTransaction(pool, (connection) => loadCarts(connection, all)).catch((e: unknown) => e);
    expect(String(error)).to.contain('the unknown status "LOST"');
  });
});
