import { cartAggregate } from "@cart/domain";
import { findIdleStreams } from "@cart/event-store";
import { eventStoreTables, outboxRow } from "@cart/event-store/testing";
import { migrateEventStore } from "@cart/migrations";
import { readRowsFrom } from "@cart/mysql";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { v7 as uuidv7 } from "uuid";
import { type CommandApi, startCommandApi } from "../testing/startCommandApi.ts";
import { archiveCarts, type ArchiveCartsOptions, type ArchiveProgress } from "./archiveCarts.ts";
import { retentionOf } from "./retention.ts";

const day = 86_400_000;
const [bought, now] = [new Date("2026-01-01T00:00:00.000Z"), new Date("2026-06-30T00:00:00.000Z")];

describe("archive-carts", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let api: CommandApi;
  let ids: readonly string[] = [];
  before(async () => {
    api = await startCommandApi(database.url(), () => bought);
  });
  after(() => api.stop());

  const tables = () => eventStoreTables(api.pool);
  beforeEach("let three carts be purchased, and one stay open", async () => {
    await tables().clear();
    ids = Array.from({ length: 4 }, () => uuidv7());
    for (const [n, id] of ids.entries()) {
      await api.send("POST", `/carts/${id}/items`, { user_id: "ann", tenant_id: "shop", item_id: "tea", quantity: 1, price: 1 });
      if (n < 3) await api.send("POST", `/carts/${id}/purchase`, { order_id: "order-1" });
    }
    await tables().outbox.remove();
  });

  /** Runs the job, and returns its result with the reported ids of carts that are due or left. */
  const run = async (options: Partial<ArchiveCartsOptions> = {}) => {
    const [progress, objects] = [[] as ArchiveProgress[], new Map<string, Buffer>()];
    const result = await archiveCarts({
      pool: api.pool,
      storage: {
        put: (key, content) => Promise.resolve(objects.set(key, Buffer.from(content)).size > 0),
        get: (key) => Promise.resolve(objects.get(key)),
      },
      carts: cartAggregate,
      retention: retentionOf({ ARCHIVE_AFTER_DAYS: 90 }, now),
      findWaiting: () => Promise.resolve({}),
      report: (step) => void progress.push(step),
      signal: new AbortController().signal,
      dryRun: false,
      limit: Infinity,
      ...options,
    });
    const namesIn = (name: ArchiveProgress["step"]) =>
      progress.flatMap((line) => (line.step === name && "cart_id" in line ? [line.cart_id] : []));
    return { ...result, due: namesIn("due"), leftCarts: namesIn("left"), objects: objects.size };
  };
  const archived = async () => (await tables().archived.rows()).map((row) => row["aggregate_id"]).filter((id) => ids.includes(String(id)));
  const purchased = () => ids.slice(0, 3);

  it("names the carts that are due in a dry run, and changes nothing", async () => {
    const before = await tables().events.rows();
    const { due, objects, ...result } = await run({ dryRun: true });
    expect(due).to.have.members(purchased());
    expect(result).to.deep.include({ archived: 3, events: 9, left: {} });
    expect([objects, await archived(), await tables().outbox.count()]).to.deep.equal([0, [], 0]);
    expect(await tables().events.rows()).to.deep.equal(before);
  });

  it("stops at its limit, in a dry run too, and the next run goes on", async () => {
    expect((await run({ dryRun: true, limit: 2 })).due).to.have.lengthOf(2);
    expect(await run({ limit: 2 })).to.include({ archived: 2, objects: 2 });
    expect(await archived()).to.have.lengthOf(2);
    expect(await run({ limit: 2 })).to.include({ archived: 1 });
    expect(await archived()).to.have.members(purchased());
    expect(await run()).to.include({ archived: 0 });
  });

  it("leaves a cart alone that something waits for, and says why", async () => {
    const [unpublished = "", parked = "", timed = ""] = ids;
    await tables().outbox.insert([outboxRow({ aggregate_id: unpublished, version: 2, status: "FAILED" })]);
    const { left, leftCarts } = await run({
      findWaiting: () => Promise.resolve({ "has dead letters": new Set([parked]), "has a timer": new Set([timed]) }),
    });
    expect(left).to.deep.equal({ unpublished: 1, "has dead letters": 1, "has a timer": 1 });
    expect(leftCarts).to.have.members(purchased());
    expect(await archived()).to.deep.equal([]);
    await tables().outbox.remove();
    expect(await run()).to.include({ archived: 3 });
  });

  it("leaves the carts of a tenant alone whose days are not over, or that keeps its carts", async () => {
    for (const ARCHIVE_TENANTS of ["shop:never", "shop:181"]) {
      const retention = retentionOf({ ARCHIVE_AFTER_DAYS: 90, ARCHIVE_TENANTS }, now);
      expect(await run({ retention }), ARCHIVE_TENANTS).to.include({ archived: 0 });
    }
    const idle: string[] = [];
    for await (const page of findIdleStreams(readRowsFrom(api.pool), "Cart", new Date(bought.getTime() + day))) idle.push(...page);
    expect(idle).to.have.members(ids);
    expect(await run({ retention: retentionOf({ ARCHIVE_TENANTS: "shop:179" }, now) })).to.include({ archived: 3 });
  });
});
