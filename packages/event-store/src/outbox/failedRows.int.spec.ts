import { randomUUID } from "node:crypto";
import { migrateEventStore } from "@cart/migrations";
import { withConnection } from "@cart/mysql";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { openEventStorePool } from "../openEventStorePool.ts";
import { type EventStoreTables, eventRow, eventStoreTables, outboxRow } from "../testing/eventStoreTables.ts";
import { type FailedFilter, listFailedOfTenants, retryFailed } from "./failedRows.ts";

describe("rows that were given up, by tenant", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  let tables: EventStoreTables;

  before(() => {
    pool = openEventStorePool({ url: database.url(), connectionLimit: 2 });
    tables = eventStoreTables(pool);
  });
  after(() => pool.end());
  beforeEach(() => tables.clear());

  /** Gives the first event of so many streams of the tenant up, and returns their ids. */
  const giveUp = async (tenant: string, streams: number): Promise<readonly string[]> => {
    const ids = Array.from({ length: streams }, () => randomUUID());
    const first = { version: 1, event_type: "CartCreated" };
    await tables.events.insert(
      ids.map((id) => eventRow({ ...first, aggregate_id: id, event_data: { user_id: "user-1", tenant_id: tenant, currency: "USD" } })),
    );
    await tables.outbox.insert(
      ids.map((id) => outboxRow({ ...first, aggregate_id: id, status: "FAILED", retry_count: 10, error_message: "refused" })),
    );
    return ids;
  };
  const list = (filter: Partial<FailedFilter> = {}) =>
    withConnection(pool, (connection) => listFailedOfTenants(connection, { limit: 100, ...filter }));

  it("are listed page by page, although another tenant's rows are before them", async () => {
    await giveUp("large", 1_001);
    const own = await giveUp("small", 3);
    const page = await list({ tenantId: "small", limit: 2 });
    expect(page.map(({ aggregateId, tenantId }) => [aggregateId, tenantId])).to.deep.equal(own.slice(0, 2).map((id) => [id, "small"]));
    const rest = await list({ tenantId: "small", afterId: page.at(-1)?.id, limit: 2 });
    expect(rest.map(({ aggregateId }) => aggregateId)).to.deep.equal(own.slice(2));
    expect((await list({ limit: 1_000 })).every(({ tenantId }) => tenantId === "large")).to.equal(true);
  });

  it("are of exactly this tenant, whatever its letters and the spaces around its name", async () => {
    for (const tenant of ["shop", "shop ", "Shop", "sh\u00F6p", 'sh"op', "42"]) await giveUp(tenant, 1);
    for (const tenant of ["shop", "shop ", "Shop", "sh\u00F6p", 'sh"op', "42"])
      expect((await list({ tenantId: tenant })).map(({ tenantId }) => tenantId)).to.deep.equal([tenant]);
  });

  it("are listed without a tenant, and to no tenant, if the first event of the stream is gone", async () => {
    const [id] = await giveUp("small", 1);
    await tables.events.remove();
    expect((await list()).map(({ aggregateId, tenantId }) => [aggregateId, tenantId])).to.deep.equal([[id, undefined]]);
    expect(await list({ tenantId: "small" })).to.deep.equal([]);
  });

  it("are found by the stream, and retried without the rows of another type with the same id", async () => {
    const [id = "", other = ""] = await giveUp("small", 2);
    await tables.outbox.insert([
      outboxRow({ aggregate_id: id, aggregate_type: "TenantPolicy", version: 1, status: "FAILED", retry_count: 10 }),
    ]);
    expect((await list({ aggregateId: id })).map(({ aggregateType }) => aggregateType)).to.deep.equal(["Cart", "TenantPolicy"]);
    expect(await withConnection(pool, (connection) => retryFailed(connection, id, "Cart"))).to.equal(1);
    expect((await list()).map(({ aggregateType, aggregateId }) => [aggregateType, aggregateId])).to.deep.equal([
      ["Cart", other],
      ["TenantPolicy", id],
    ]);
  });

  it("cost one event each, however many events and published rows there are", async () => {
    const ids = await giveUp("large", 300);
    await giveUp("small", 1);
    await tables.events.insert(ids.flatMap((id) => [2, 3, 4, 5].map((version) => eventRow({ aggregate_id: id, version }))));
    await pool.query("ANALYZE TABLE events, outbox");
    const reads = await withConnection(pool, async (connection) => {
      const count = async (): Promise<number> => {
        const [rows] = await connection.query<(RowDataPacket & { Value: string })[]>("SHOW SESSION STATUS LIKE 'Handler_read%'");
        return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
      };
      const before = await count();
      await listFailedOfTenants(connection, { tenantId: "small", limit: 100 });
      return (await count()) - before;
    });
    expect(reads).to.be.below(301 * 2 + 100);
  });
});
