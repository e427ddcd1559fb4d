import { bytesToUuid, inTransaction, run, uuidToBytes } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { type CartTables, liveTables } from "../readModel/cartTables.ts";
import { addChecksum, type Checksum, checksumOf, isSameChecksum, noChecksum, readChecksum, subtractChecksum, textOf } from "./checksum.ts";
import { type FoldedCart, foldAllStreams, foldStreams } from "./foldStreams.ts";
import { type RebuildSession, withLockRetry, withRebuildSession } from "./rebuildSession.ts";
import { insertCarts, replaceCarts, rowsOf } from "./storeCarts.ts";

export type RebuildProgress =
  | {
      readonly step: "fold";
      readonly events: number;
      readonly total: number;
      readonly events_per_second: number;
      readonly seconds_left: number;
    }
  | {
      readonly step: "cannot_project";
      readonly aggregate_id: string;
      readonly version: number;
      readonly reason_code: string;
      readonly reason: string;
    }
  | { readonly step: "catch_up"; readonly carts: number }
  | { readonly step: "verified"; readonly rows: string }
  | { readonly step: "swap"; readonly writers_waited_ms: number; readonly readers_waited_ms: number };

export type RebuildResult = {
  readonly carts: number;
  readonly lines: number;
  readonly events: number;
  readonly seconds: number;
  readonly events_per_second: number;
  /** Carts that were folded again because a projector was ahead of the new tables. */
  readonly caught_up: number;
  readonly dead_letters_cleared: number;
  /** Carts with an event that this program cannot project: they end before it and stay parked. */
  readonly cannot_project: number;
};

export type RebuildOptions = {
  /** The server that is appended to, not a replica: it has every event that Kafka has. */
  readonly eventStore: Pool;
  /** At least 3 connections, of a user who may create, lock, rename and drop tables. */
  readonly readModel: Pool;
  readonly signal: AbortSignal;
  readonly report: (progress: RebuildProgress) => void;
  readonly pageSize?: number;
  /** For specs: called when the new tables are there, before they catch up. */
  readonly onFolded?: () => Promise<void>;
};

const newTables: CartTables = { carts: "rebuild_carts", items: "rebuild_cart_items" };
const oldTables: CartTables = { carts: "replaced_carts", items: "replaced_cart_items" };

/** Below this many, the carts that are behind are brought up while the projectors wait. */
const fewCarts = 500;
const maxRounds = 10;

/**
 * Builds new tables from the event store beside those that are read, and swaps them.
 * Readers see the old tables whole, then the new ones whole. Projectors go on.
 *
 * Why nothing is lost. Ids of `events` do not commit in order, so no id says "all up
 * to here was seen", and this relies on none. It relies on versions: within a cart
 * they are appended, published and projected one after the other. A message that a
 * projector was given before the swap and that will not come again is either
 * 1. in the old tables, as an event of a version that its cart has there; or
 * 2. in `dead_letters`.
 * Every other event comes after the swap, finds the version before its own or a later
 * one, and has its effect or is skipped. So the new tables may be ahead of Kafka by
 * any amount, and only have to be, when they are swapped, for each cart at least where
 * the old ones are (1), and whole for each cart with a dead letter (2). Both are
 * established behind the closed gate (see writerGate.ts), where neither the old tables
 * nor `dead_letters` can change, by folding again the carts that are behind: an event
 * is in the event store before it is in Kafka, so a fold that is read now has all that
 * any projector can know.
 *
 * The same holds for dropping the dead letters of a cart that was folded to its end:
 * each is an event that the fold has, or was never an event of the store at all.
 *
 * Killed at any moment it leaves the live tables whole, the old or the new ones, and
 * at most tables of its own, which the next run drops before it begins anew. Between
 * the swap and the end it leaves dead letters whose events the carts have: a retry
 * finds duplicates.
 */
export const rebuildAll = async (options: RebuildOptions): Promise<RebuildResult> =>
  withRebuildSession(options.readModel, options.signal, async (session) => {
    const { readModel } = options;
    await dropTables(readModel, newTables, oldTables);
    try {
      return await rebuildIn(session, options);
    } finally {
      // The lock is still held, unless the session was lost: then the tables may be another rebuild's by now.
      const isHeld = await session.assertHeld().then(
        () => true,
        () => false,
      );
      if (isHeld) await dropTables(readModel, newTables, oldTables);
    }
  });

const rebuildIn = async (session: RebuildSession, options: RebuildOptions): Promise<RebuildResult> => {
  const { eventStore, readModel, signal, report } = options;
  const begin = performance.now();
  await inTransaction(readModel, async (connection) => {
    await run(connection, `CREATE TABLE ${newTables.carts} LIKE ${liveTables.carts}`);
    await run(connection, `CREATE TABLE ${newTables.items} LIKE ${liveTables.items}`);
  });

  const { events, unprojectable, ...folded } = await foldIntoNewTables(session, options);
  let { expected } = folded;
  const foldSeconds = (performance.now() - begin) / 1000;
  await options.onFolded?.();

  let caughtUp = 0;
  const refold = async (ids: readonly string[]): Promise<FoldedCart[]> => {
    const carts = await foldStreams(eventStore, ids);
    for (const cart of carts) {
      if (cart.problem === undefined) unprojectable.delete(cart.id);
      else unprojectable.set(cart.id, cart);
    }
    expected = addChecksum(expected, await putIntoNewTables(readModel, carts));
    caughtUp += carts.length;
    report({ step: "catch_up", carts: carts.length });
    return carts;
  };

  for (let round = 1; round <= maxRounds; round += 1) {
    signal.throwIfAborted();
    const behind = await cartsBehind(readModel);
    if (behind.length <= fewCarts) break;
    await refold(behind);
  }

  const found = await inTransaction(readModel, (connection) => readChecksum(connection, newTables));
  if (!isSameChecksum(found, expected)) throw new Error(`the new tables have ${textOf(found)}, the events make ${textOf(expected)}`);
  report({ step: "verified", rows: textOf(found) });

  const cleared = await session.withGateClosed(async () => {
    const closedAt = performance.now();
    const queued = await run<(RowDataPacket & { id: number; aggregate_id: Buffer | null })[]>(
      session.connection,
      "SELECT id, aggregate_id FROM dead_letters WHERE aggregate_id IS NOT NULL",
    );
    const parked = new Set(queued.map(({ aggregate_id: id }) => (id === null ? "" : bytesToUuid(id))));
    const behind = new Set(await cartsBehind(readModel));
    const carts = await refold([...new Set([...behind, ...parked])].toSorted());

    const stuck = carts.find((cart) => cart.problem !== undefined && behind.has(cart.id));
    if (stuck?.problem !== undefined) {
      const { version, reason } = stuck.problem;
      throw new Error(`cart ${stuck.id} is past version ${version} in the read model, but this program cannot project it: ${reason}`);
    }
    const whole = new Set(carts.filter(({ problem }) => problem === undefined).map(({ id }) => id));
    const clearable = queued.flatMap(({ id, aggregate_id: aggregateId }) =>
      aggregateId !== null && whole.has(bytesToUuid(aggregateId)) ? [id] : [],
    );

    signal.throwIfAborted();
    const readersWaited = await swap(session, readModel, signal);
    // Only now: after a crash in between they are duplicates, but without the new tables they would be lost.
    for (let from = 0; from < clearable.length; from += 1_000) {
      await run(session.connection, "DELETE FROM dead_letters WHERE id IN (?)", [clearable.slice(from, from + 1_000)]);
    }
    report({ step: "swap", writers_waited_ms: Math.round(performance.now() - closedAt), readers_waited_ms: Math.round(readersWaited) });
    return clearable.length;
  });

  for (const { id, problem } of unprojectable.values()) {
    if (problem !== undefined) report({ step: "cannot_project", aggregate_id: id, ...problem });
  }
  return {
    carts: expected.carts.rows,
    lines: expected.items.rows,
    events,
    seconds: rounded((performance.now() - begin) / 1000),
    events_per_second: Math.round(events / foldSeconds),
    caught_up: caughtUp,
    dead_letters_cleared: cleared,
    cannot_project: unprojectable.size,
  };
};

const rounded = (seconds: number): number => Math.round(seconds * 100) / 100;

type Folded = { readonly events: number; readonly expected: Checksum; readonly unprojectable: Map<string, FoldedCart> };

const foldIntoNewTables = async (session: RebuildSession, options: RebuildOptions): Promise<Folded> => {
  const { eventStore, readModel, signal, report, pageSize } = options;
  const total = await countEvents(eventStore);
  const begin = performance.now();
  let reportedAt = begin;
  let events = 0;
  let expected = noChecksum;
  const unprojectable = new Map<string, FoldedCart>();
  for await (const page of foldAllStreams(eventStore, pageSize === undefined ? {} : { pageSize })) {
    signal.throwIfAborted();
    await session.assertHeld();
    const rows = rowsOf(page.carts);
    await inTransaction(readModel, (connection) => insertCarts(connection, newTables, rows));
    expected = addChecksum(expected, checksumOf(rows));
    for (const cart of page.carts) if (cart.problem !== undefined) unprojectable.set(cart.id, cart);
    events += page.events;
    const now = performance.now();
    if (now - reportedAt > 1_000 || page.through === undefined) {
      reportedAt = now;
      const rate = (events / (now - begin)) * 1_000;
      const secondsLeft = page.through === undefined ? 0 : Math.max(0, Math.ceil((total - events) / rate));
      report({ step: "fold", events, total: Math.max(total, events), events_per_second: Math.round(rate), seconds_left: secondsLeft });
    }
  }
  return { events, expected, unprojectable };
};

const countEvents = async (eventStore: Pool): Promise<number> => {
  const [rows] = await eventStore.query<(RowDataPacket & { n: number })[]>("SELECT COUNT(*) AS n FROM events");
  return rows[0]?.n ?? 0;
};

/** The carts that the live tables have and the new ones have not, or not as far. */
const cartsBehind = async (readModel: Pool): Promise<string[]> =>
  inTransaction(readModel, async (connection) => {
    const rows = await run<(RowDataPacket & { id: Buffer })[]>(
      connection,
      `SELECT l.id FROM ${liveTables.carts} l LEFT JOIN ${newTables.carts} n ON n.id = l.id
       WHERE n.id IS NULL OR n.version < l.version ORDER BY l.id`,
      [],
      600_000,
    );
    return rows.map(({ id }) => bytesToUuid(id));
  });

/** Returns by how much the checksum of the new tables changes, and has compared what it wrote with what is there. */
const putIntoNewTables = async (readModel: Pool, carts: readonly FoldedCart[]): Promise<Checksum> => {
  let change = noChecksum;
  for (let from = 0; from < carts.length; from += fewCarts) {
    const rows = rowsOf(carts.slice(from, from + fewCarts));
    const ids = carts.slice(from, from + fewCarts).map(({ id }) => uuidToBytes(id));
    change = await inTransaction(readModel, async (connection) => {
      const before = await readChecksum(connection, newTables, ids);
      await replaceCarts(connection, newTables, rows);
      const after = await readChecksum(connection, newTables, ids);
      const expected = checksumOf(rows);
      if (!isSameChecksum(after, expected)) throw new Error(`the new tables have ${textOf(after)}, the events make ${textOf(expected)}`);
      return addChecksum(change, subtractChecksum(after, before));
    });
  }
  return change;
};

/**
 * Swaps the tables in one statement; returns for how long readers had to wait, in
 * milliseconds. The locks on the tables are taken while the gate is closed, and that
 * it still is is asked after: from then on the locks alone keep every writer out. A
 * session that was lost meanwhile, with its gate, thus never leads to a swap.
 */
const swap = async (session: RebuildSession, readModel: Pool, signal: AbortSignal): Promise<number> => {
  const connection = await readModel.getConnection();
  try {
    await run(connection, "SET SESSION lock_wait_timeout = 1");
    const names = [liveTables.carts, liveTables.items, newTables.carts, newTables.items];
    let askedAt = 0;
    await withLockRetry(signal, () => {
      askedAt = performance.now();
      return run(connection, `LOCK TABLES ${names.map((name) => `${name} WRITE`).join(", ")}`);
    });
    await session.assertHeld();
    await assertSameDefinition(connection);
    await run(
      connection,
      `RENAME TABLE ${liveTables.carts} TO ${oldTables.carts}, ${liveTables.items} TO ${oldTables.items},
                    ${newTables.carts} TO ${liveTables.carts}, ${newTables.items} TO ${liveTables.items}`,
    );
    await run(connection, "UNLOCK TABLES");
    return performance.now() - askedAt;
  } finally {
    connection.destroy();
  }
};

/** A migration since the new tables were made would be undone by the swap. */
const assertSameDefinition = async (connection: Parameters<typeof run>[0]): Promise<void> => {
  for (const kind of ["carts", "items"] as const) {
    const [live, made] = await Promise.all(
      [liveTables[kind], newTables[kind]].map(async (table) => {
        const [row] = await run<RowDataPacket[]>(connection, `SHOW CREATE TABLE ${table}`);
        return String(row?.["Create Table"]).replace(`\`${table}\``, "");
      }),
    );
    if (live !== made) throw new Error(`the table ${liveTables[kind]} was migrated during the rebuild: start it again`);
  }
};

const dropTables = async (readModel: Pool, ...pairs: readonly CartTables[]): Promise<void> => {
  const names = pairs.flatMap(({ carts, items }) => [carts, items]);
  await inTransaction(readModel, (connection) => run(connection, `DROP TABLE IF EXISTS ${names.join(", ")}`, [], 600_000));
};
