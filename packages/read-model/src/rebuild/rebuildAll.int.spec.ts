import type { DomainEvent } from "@cart/domain";
import { eventStoreTables } from "@cart/event-store/testing";
import { migrateEventStore, migrateReadModel } from "@cart/migrations";
import { NotPrimaryError, openMysqlPool, uuidToBytes } from "@cart/mysql";
import { leavingPrimary, rewritingProxy } from "@cart/mysql/testing";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { type ApplyBatch, createApplyBatch } from "../applyBatch.ts";
import { openReadModelPool } from "../openReadModelPool.ts";
import { added, cartId, created, messageOf, purchased, stream } from "../testing/cartMessages.ts";
import { store } from "../testing/storedEvents.ts";
import { verifyReadModel, type VerifyOptions } from "../verify/verifyReadModel.ts";
import type { Difference } from "../verify/compareRows.ts";
import { rebuildAll, type RebuildResult } from "./rebuildAll.ts";
import { rebuildOne } from "./rebuildOne.ts";
import type { RebuildOptions, RebuildProgress } from "./rebuildOptions.ts";
import { RebuildRefusedError } from "./rebuildSession.ts";
import { projections } from "../projections.ts";

describe("a rebuild", () => {
  const events = useMysqlDatabase({ migrate: migrateEventStore });
  const database = useMysqlDatabase({ migrate: migrateReadModel });
  let eventStore: Pool;
  let readModel: Pool;
  let apply: ApplyBatch;

  before(() => {
    eventStore = openMysqlPool({ url: events.url(), connectionLimit: 2 });
    readModel = openReadModelPool({ url: database.url(), connectionLimit: 5 });
    apply = createApplyBatch(readModel, projections);
  });
  after(async () => {
    await eventStore.end();
    await readModel.end();
  });
  afterEach(async () => {
    for (const table of ["carts", "cart_items", "cart_milestones", "cart_abandoned_policies", "dead_letters"])
      await database.pool().query(`DELETE FROM ${table}`);
    await eventStoreTables(events.pool()).clear();
  });

  const rows = async (sql: string): Promise<Record<string, unknown>[]> => {
    const [found] = await database.pool().query<RowDataPacket[]>(sql);
    return found.map((row) => ({ ...row }));
  };
  const model = async () => ({
    carts: await rows("SELECT * FROM carts ORDER BY id"),
    items: await rows("SELECT * FROM cart_items ORDER BY cart_id, position"),
    milestones: await rows("SELECT * FROM cart_milestones ORDER BY cart_id, milestone"),
  });
  const versions = async (): Promise<unknown[]> =>
    (await rows("SELECT BIN_TO_UUID(id) id, version FROM carts ORDER BY id")).map(({ id, version }) => [id, version]);
  const tables = async (): Promise<unknown[]> =>
    (await rows("SELECT TABLE_NAME name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()")).map(({ name }) => name);
  const parkedVersions = async (): Promise<unknown[]> =>
    (await rows("SELECT version FROM dead_letters ORDER BY id")).map(({ version }) => version);

  const rebuild = (options: Partial<RebuildOptions> = {}): Promise<RebuildResult> =>
    rebuildAll({ eventStore, readModel, projections, signal: new AbortController().signal, report: () => undefined, ...options });
  const errorOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined).catch((error: unknown) => error);

  const history: readonly DomainEvent[] = [created, added("b", 2, 2_999, "Ø"), added("a"), { type: "CartCleared", data: {} }, added("c")];
  const storeSome = async (): Promise<void> => {
    await store(eventStore, 1, 1, ...history);
    await store(eventStore, 2, 1, created, added("x"), purchased(1_000));
    await store(eventStore, 3, 1, created);
  };
  const applySome = () => apply([...stream(1, ...history), ...stream(2, created, added("x"), purchased(1_000)), ...stream(3, created)]);

  it("creates the same rows as the projector, whatever its page size, and leaves no tables behind", async () => {
    await storeSome();
    await applySome();
    const projected = await model();
    const before = await tables();
    for (const pageEvents of [1, 2, 4, 1_000]) {
      await database.pool().query("UPDATE carts SET total_amount = 7, status = 'LOST', version = 99 LIMIT 1");
      await database.pool().query("DELETE FROM cart_items LIMIT 1");
      await database.pool().query("INSERT INTO cart_items VALUES (?, 'y', 'y', NULL, NULL, 1, 1, 1)", [uuidToBytes(cartId(7))]);
      expect(await rebuild({ pageEvents })).to.deep.include({
        rows: { carts: 3, cart_items: 2, cart_milestones: 6, cart_abandoned_policies: 0 },
        events: 9,
        cannot_project: 0,
      });
      expect(await model()).to.deep.equal(projected);
    }
    expect(await tables()).to.have.members(before);
  });

  it("loses no event that a projector applies to the old tables during the rebuild, and none that Kafka has yet to deliver", async () => {
    await storeSome();
    await applySome();
    const result = await rebuild({
      onFolded: async () => {
        await store(eventStore, 3, 2, added("late"));
        await store(eventStore, 4, 1, created, added("new"));
        await apply([messageOf(3, 2, added("late")), ...stream(4, created, added("new"))]);
        // This event is in the event store, but not yet in Kafka.
        await store(eventStore, 3, 3, added("later"));
      },
    });
    expect(result.caught_up).to.equal(2);
    expect(await versions()).to.deep.equal([
      [cartId(1), 5],
      [cartId(2), 3],
      [cartId(3), 3],
      [cartId(4), 2],
    ]);
    expect(await apply([messageOf(3, 3, added("later")), messageOf(4, 3, added("next"))])).to.deep.include({
      duplicates: 1,
      deadLetters: [],
    });
  });

  it("never loses an event to the swap under load, and readers always see whole carts", async () => {
    const carts = Array.from({ length: 40 }, (_, n) => n + 1);
    const last = new Map<number, number>();
    const append = async (n: number): Promise<void> => {
      const version = (last.get(n) ?? 0) + 1;
      const event = version === 1 ? created : added("a");
      await store(eventStore, n, version, event);
      last.set(n, version);
      await apply([messageOf(n, version, event)]);
    };
    for (const n of carts) await append(n);

    const state = { isDone: false, swaps: 0, reads: 0 };
    const write = async (): Promise<void> => {
      for (let turn = 0; !state.isDone; turn += 1) await append(carts[turn % carts.length] ?? 1);
    };
    const read = async (): Promise<void> => {
      while (!state.isDone) {
        const [found] = await rows(
          "SELECT COUNT(*) n, CAST(SUM(item_count = version - 1) AS SIGNED) whole, CAST(SUM(item_count = COALESCE(i.quantity, 0)) AS SIGNED) agreed FROM carts c LEFT JOIN cart_items i ON i.cart_id = c.id",
        );
        expect(found).to.deep.equal({ n: 40, whole: 40, agreed: 40 });
        state.reads += 1;
      }
    };
    const load = Promise.all([write(), read()]);
    try {
      for (; state.swaps < 4; state.swaps += 1) await rebuild({ pageEvents: 50 });
    } finally {
      state.isDone = true;
      await load;
    }

    expect(await versions()).to.deep.equal(carts.map((n) => [cartId(n), last.get(n)]));
    expect(await parkedVersions()).to.deep.equal([]);
    expect(state.reads).to.be.greaterThan(4);
  });

  it("closes a gate at which a projector waits without holding any lock", async () => {
    const gate = await database.pool().getConnection();
    try {
      await gate.query("LOCK TABLES dead_letters WRITE");
      const waiting = apply(stream(1, created));
      const locks = await waitFor("the projector at the gate", async () => {
        const [found] = await events.pool().query<(RowDataPacket & { name: string; status: string })[]>(
          `SELECT OBJECT_NAME name, LOCK_STATUS status FROM performance_schema.metadata_locks
           WHERE OBJECT_SCHEMA = ? AND OBJECT_TYPE = 'TABLE' AND LOCK_TYPE IN ('SHARED_READ', 'SHARED_WRITE')`,
          [database.name()],
        );
        return found.some(({ status }) => status === "PENDING") ? found : undefined;
      });
      expect(locks.map(({ name, status }) => [name, status])).to.deep.equal([["dead_letters", "PENDING"]]);
      expect(await rows("SELECT COUNT(*) n FROM carts")).to.deep.equal([{ n: 0 }]);
      await gate.query("UNLOCK TABLES");
      expect((await waiting).projected).to.have.length(1);
    } finally {
      gate.destroy();
    }
  });

  it("clears only the dead letters of carts that it folds completely", async () => {
    await storeSome();
    await store(eventStore, 5, 1, created, { type: "CartPainted", data: {} }, added("a"));
    await apply([...stream(1, created), messageOf(1, 2, added("b"), { value: null }), messageOf(1, 3, added("a"))]);
    await apply([messageOf(5, 1, created), messageOf(5, 2, { type: "CartPainted", data: {} }), messageOf(6, 9, added("foreign"))]);
    const progress: RebuildProgress[] = [];
    const result = await rebuild({ report: (line) => progress.push(line) });
    expect(result).to.deep.include({ dead_letters_cleared: 2, cannot_project: 1 });
    expect(await parkedVersions()).to.deep.equal([2, 9]);
    expect(progress.find(({ step }) => step === "cannot_project")).to.deep.include({ aggregate_id: cartId(5), version: 2 });
    expect(await versions()).to.deep.include([cartId(5), 1]);
    // The next event continues from the version in the new tables.
    expect(await apply([messageOf(1, 5, added("c")), messageOf(1, 6, added("d"))])).to.deep.include({ duplicates: 1, deadLetters: [] });
  });

  it("refuses to take a cart back to an earlier version than a newer projector has reached", async () => {
    await store(eventStore, 5, 1, created, { type: "CartPainted", data: {} });
    await apply(stream(5, created));
    await database.pool().query("UPDATE carts SET version = 2");
    expect(String(await errorOf(rebuild()))).to.contain("is past version 2 in the read model");
    expect(await versions()).to.deep.equal([[cartId(5), 2]]);
  });

  it("is refused while another rebuild runs", async () => {
    await storeSome();
    await rebuild({
      onFolded: async () => {
        expect(await errorOf(rebuild())).to.be.instanceOf(RebuildRefusedError);
      },
    });
    expect(await versions()).to.have.length(3);
  });

  it("leaves the live tables alone if it is interrupted, and starts over after a killed rebuild", async () => {
    await storeSome();
    await apply(stream(3, created));
    const before = await tables();
    const interrupt = new AbortController();
    const error = await errorOf(rebuild({ signal: interrupt.signal, onFolded: async () => interrupt.abort(new Error("interrupted")) }));
    expect(String(error)).to.contain("interrupted");
    expect(await versions()).to.deep.equal([[cartId(3), 1]]);
    expect(await tables()).to.have.members(before);

    // These are the tables that a kill -9 leaves, before or after the swap.
    for (const name of ["rebuild_carts", "replaced_carts"]) await database.pool().query(`CREATE TABLE ${name} (id INT PRIMARY KEY)`);
    await rebuild();
    expect(await versions()).to.have.length(3);
    expect(await tables()).to.have.members(before);
  });

  it("never swaps after its session was cut off", async () => {
    await storeSome();
    await apply(stream(3, created));
    const error = await errorOf(
      rebuild({
        onFolded: async () => {
          const [lock] = await rows("SELECT IS_USED_LOCK(CONCAT('rebuild.', DATABASE())) id");
          await database.pool().query(`KILL ${Number(lock?.["id"])}`);
        },
      }),
    );
    expect(error).to.be.instanceOf(Error);
    expect(await versions()).to.deep.equal([[cartId(3), 1]]);
    await rebuild();
    expect(await versions()).to.have.length(3);
  });

  it("never swaps on a server that does not know its session", async () => {
    await storeSome();
    await apply(stream(3, created));
    const proxy = await rewritingProxy(database.url(), { from: "-", to: "-" });
    // Each connection is a new one.
    const pool = openMysqlPool({ url: proxy.url, connectionLimit: 5, maxConnectionAgeMs: 0, multipleStatements: true });
    try {
      const elsewhere = { from: "IS_USED_LOCK(CONCAT('rebuild.'", to: "IS_USED_LOCK(CONCAT('another.'" };
      const error = await errorOf(rebuild({ readModel: pool, onFolded: async () => proxy.rewriteNew(elsewhere) }));
      expect(error).to.be.instanceOf(RebuildRefusedError);
      expect(await versions()).to.deep.equal([[cartId(3), 1]]);
    } finally {
      await pool.end();
      proxy.close();
    }
    await rebuild();
    expect(await versions()).to.have.length(3);
  });

  it("does not swap in tables that differ from the fold of the events", async () => {
    await storeSome();
    await apply(stream(3, created));
    const error = await errorOf(
      rebuild({ onFolded: async () => void (await database.pool().query("UPDATE rebuild_carts SET total_amount = total_amount + 1")) }),
    );
    expect(String(error)).to.contain("the events make");
    expect(await versions()).to.deep.equal([[cartId(3), 1]]);
  });

  it("does not undo a migration that ran during the rebuild", async () => {
    await storeSome();
    const error = await errorOf(
      rebuild({ onFolded: async () => void (await database.pool().query("ALTER TABLE carts ADD COLUMN later INT NULL")) }),
    );
    await database.pool().query("ALTER TABLE carts DROP COLUMN later");
    expect(String(error)).to.contain("was migrated during the rebuild");
  });

  describe("from a server that stops being the primary", () => {
    const fromLeaving = async (work: (primary: Awaited<ReturnType<typeof leavingPrimary>>) => Promise<unknown>): Promise<void> => {
      await storeSome();
      await apply([...stream(1, ...history), ...stream(3, created)]);
      const before = await model();
      const primary = await leavingPrimary(events.url());
      try {
        expect(await errorOf(work(primary))).to.be.instanceOf(NotPrimaryError);
        expect(await model()).to.deep.equal(before);
      } finally {
        await primary.close();
      }
    };

    it("changes nothing", () => fromLeaving(({ pool, leave }) => rebuild({ eventStore: pool, onFolded: async () => leave() })));
    it("changes nothing of a single cart", () =>
      fromLeaving(({ pool, leave }) => {
        leave();
        return rebuildOne(pool, readModel, projections, { aggregateType: "Cart", id: cartId(2) });
      }));
  });

  it("of a single cart replaces its rows in place and clears its dead letters", async () => {
    await storeSome();
    await apply([...stream(1, created), messageOf(1, 2, added("b"), { value: null }), ...stream(3, created)]);
    await database.pool().query("UPDATE carts SET status = 'LOST'");
    expect(await rebuildOne(eventStore, readModel, projections, { aggregateType: "Cart", id: cartId(1) })).to.deep.equal({
      aggregate_id: cartId(1),
      version_before: 1,
      version: 5,
      dead_letters_cleared: 1,
    });
    expect(await rows("SELECT status, version FROM carts ORDER BY id")).to.deep.equal([
      { status: "OPEN", version: 5 },
      { status: "LOST", version: 1 },
    ]);
    expect(await rebuildOne(eventStore, readModel, projections, { aggregateType: "Cart", id: cartId(2) })).to.deep.include({
      version_before: 0,
      version: 3,
    });
    expect(String(await errorOf(rebuildOne(eventStore, readModel, projections, { aggregateType: "Cart", id: cartId(8) })))).to.contain(
      "neither",
    );
  });

  describe("and verify", () => {
    const verify = async (options: Partial<VerifyOptions> = {}) => {
      const differences: Difference[] = [];
      const result = await verifyReadModel({
        projections,
        eventStore,
        readModel,
        signal: new AbortController().signal,
        patienceMs: 0,
        report: (difference) => differences.push(difference),
        ...options,
      });
      return { result, found: differences.map(({ aggregate_id, difference, columns }) => [aggregate_id, difference, columns]) };
    };

    it("finds no difference in a model that equals the fold, whatever its page size", async () => {
      await storeSome();
      await applySome();
      for (const pageEvents of [1, 2, 3, 1_000]) {
        expect(await verify({ pageEvents })).to.deep.equal({
          result: { aggregates: 3, events: 9, rechecked: 0, differences: 0, cannot_project: 0 },
          found: [],
        });
      }
    });

    it("finds every kind of difference", async () => {
      await storeSome();
      await applySome();
      await store(eventStore, 3, 2, added("a"));
      await store(eventStore, 4, 1, created);
      await apply([...stream(5, created), messageOf(2, 4, { type: "CartReopened", data: {} })]);
      await database.pool().query("UPDATE carts SET total_amount = 1 WHERE id = UUID_TO_BIN(?)", [cartId(1)]);
      await database.pool().query("UPDATE cart_items SET quantity = 5 WHERE cart_id = UUID_TO_BIN(?)", [cartId(1)]);
      await database.pool().query("UPDATE carts SET version = 9 WHERE id = UUID_TO_BIN(?)", [cartId(2)]);
      for (const pageEvents of [2, 1_000]) {
        const { found } = await verify({ pageEvents });
        expect(found).to.have.deep.members([
          [
            cartId(1),
            "DIFFERENT",
            [
              { column: "total_amount", found: 1, expected: 1_000 },
              { column: "cart_items.c.quantity", found: 5, expected: 1 },
            ],
          ],
          [cartId(2), "AHEAD", []],
          [cartId(3), "BEHIND", []],
          [cartId(4), "MISSING", []],
          [cartId(5), "UNKNOWN", []],
        ]);
      }
    });

    it("waits for an event that is in flight", async () => {
      await storeSome();
      await applySome();
      await store(eventStore, 3, 2, added("a"));
      const verifying = verify({ patienceMs: 20_000 });
      await apply([messageOf(3, 2, added("a"))]);
      expect(await verifying).to.deep.include({ found: [] });
    });
  });
});
