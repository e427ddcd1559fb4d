import { randomUUID } from "node:crypto";
import { cartAggregate, type CartEvent, cartOwnership } from "@cart/domain";
import { migrateEventStore } from "@cart/migrations";
import { type ReadRows, readRowsOn, withConnection } from "@cart/mysql";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool } from "mysql2/promise";
import { openEventStorePool } from "../openEventStorePool.ts";
import { eventRow, eventStoreTables } from "../testing/eventStoreTables.ts";
import { fillSnapshots } from "./fillSnapshots.ts";
import { readLastOfType, readStream } from "./readStream.ts";
import { readOwner } from "./streamOwners.ts";

const owner = { user_id: "user-1", tenant_id: "default" };
const [largeMerges, smallMerges] = [20, 80];
/** Stays below a server's max_allowed_packet of 4 MB. */
const rowsPerInsert = 5;

/** With 500 lines it has 0.5 MB, twice the size of MySQL's sort buffer. */
const mergeOf = (lines: number): CartEvent => ({
  type: "CartMergedFrom",
  data: {
    source_cart_id: randomUUID(),
    strategy: "add",
    lines: Array.from({ length: lines }, (_, n) => ({
      line_id: `item-${n}`,
      item_id: `item-${n}`,
      name: "🛒".repeat(250),
      quantity: 1,
      unit_price: 100,
    })),
  },
});

// MySQL prefers to read such a table as a whole and to sort it, although the index has the order.
describe("few events, each larger than MySQL's sort buffer", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  const cart = randomUUID();
  let pool: Pool;
  before(async () => {
    pool = openEventStorePool({ url: database.url(), connectionLimit: 2 });
    const events: readonly CartEvent[] = [
      { type: "CartCreated", data: { ...owner, currency: "USD" } },
      ...Array.from({ length: largeMerges + smallMerges }, (_, n) => mergeOf(n < largeMerges ? 500 : 1)),
    ];
    const rows = events.map(({ type, data }, n) =>
      eventRow({
        aggregate_id: cart,
        version: n + 1,
        event_type: type,
        event_data: data,
        schema_version: cartAggregate.codec.currentVersion(type),
      }),
    );
    for (let begin = 0; begin < rows.length; begin += rowsPerInsert)
      await eventStoreTables(pool).events.insert(rows.slice(begin, begin + rowsPerInsert));
  });
  after(() => pool.end());

  const reading = <Result>(read: (rows: ReadRows) => Promise<Result>): Promise<Result> =>
    withConnection(pool, (connection) => read(readRowsOn(connection)));
  const ownerOf = (): Promise<unknown> => reading((read) => readOwner(read, { ...cartAggregate, ownership: cartOwnership }, cart));

  it("are read in the order of their versions", async () => {
    const limits = { maxEvents: 2, maxBytes: 4_194_304 };
    const page = await reading((read) => readStream(read, cartAggregate, { aggregateId: cart, after: 0 }, limits));
    expect(page.events.map(({ version }) => version)).to.deep.equal([1, 2]);
    const last = await reading((read) => readLastOfType(read, cartAggregate, { aggregateId: cart, type: "CartMergedFrom" }));
    expect(last?.version).to.equal(largeMerges + smallMerges + 1);
  });

  it("tell the owner of their cart, without snapshots and with them", async () => {
    expect(await ownerOf()).to.deep.equal({ userId: owner.user_id, tenantId: owner.tenant_id });
    const filled = await fillSnapshots({
      pool,
      aggregate: cartAggregate,
      signal: new AbortController().signal,
      onDamage: () => expect.fail("the cart is whole"),
    });
    expect(filled.damaged).to.equal(0);
    expect(await ownerOf()).to.deep.equal({ userId: owner.user_id, tenantId: owner.tenant_id });
  });
});
