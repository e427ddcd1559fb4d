import type { DomainEvent, EventCodec, Owner, RecordedEvent } from "@cart/domain";
import {
  groupByBytes,
  insertBytes,
  isDuplicateKey,
  isGroupRefusal,
  isLockConflict,
  isReadOnly,
  isSeveralRows,
  run,
  type Statement,
  uuidToBytes,
  withConnection,
  writeTogether,
} from "@cart/mysql";
import { format, raw } from "mysql2";
import type { Pool, PoolConnection } from "mysql2/promise";
import { insertAnswers } from "../idempotency/insertAnswers.ts";
import type { StoredAnswer } from "../idempotency/storedAnswer.ts";
import type { StoredAggregate } from "../sealing/storedAggregate.ts";
import type { SealedAppends, StoredForm, Vault } from "../sealing/vault.ts";
import { shardOf } from "../outbox/shardOf.ts";
import { CommitOutcomeUnknownError } from "./commitOutcomeUnknownError.ts";
import { type MovesOf, readMoves, shareGate, tenantsAreOpen, TenantsMovingError } from "../tenants/tenantGate.ts";
import { needsArchiveCheck, noneIsArchived } from "../archive/archivedStreams.ts";
import { ConcurrencyError } from "./concurrencyError.ts";
import type { EncodedSnapshot } from "./encodedSnapshot.ts";
import { type LoadedStream, type LoadOptions, loadStreamsOn } from "./loadStreams.ts";
import { lockStreams } from "./lockStreams.ts";
import { saveSnapshots } from "./snapshots.ts";

/** What a transaction stores. */
export type Appends<Event extends DomainEvent> = {
  readonly appends: readonly Append<Event>[];
  readonly answers: readonly StoredAnswer[];
  /** The tenants of all commands that it stores. */
  readonly tenantIds: readonly string[];
};

export type Append<Event extends DomainEvent> = {
  readonly aggregateType: string;
  readonly aggregateId: string;
  /** At least one event; their versions follow the version that was read. */
  readonly events: readonly RecordedEvent<Event>[];
  /** The id of the event before the first; `undefined` for a new stream. */
  readonly follows?: string | undefined;
  /** The owner of the aggregate before the first event. */
  readonly owner?: Owner | undefined;
  /** The state after the last event, if a snapshot is due. */
  readonly snapshot?: EncodedSnapshot | undefined;
};

/**
 * Appends to all streams in one transaction, with an outbox row for each event and
 * the answers to the commands with an idempotency key. If the promise resolves,
 * everything is stored durably; if it rejects, nothing is stored, with the exception
 * below. The caller passes at least one append or answer.
 *
 * The optimistic lock is the unique key on (aggregate, version): an event whose
 * version is taken fails the transaction with `ConcurrencyError`, and so does an
 * idempotency key that is taken. So does an event whose predecessor (`follows`) is not
 * stored, because after a failover to a copy that lacks the last transactions the caller
 * may know events that no longer exist: a stream never gets a hole, nor an event that was
 * decided on another history. Within a stream ids ascend
 * with versions, in `events` and in `outbox`.
 *
 * A stream in the archive fails it in the same way, whether its events were removed before or are removed at the same time.
 *
 * A tenant that moves to another event store, or has moved, fails the transaction with `TenantsMovingError`. A tenant
 * is closed only while no append is open, so what is copied after that has every event that was ever acknowledged.
 *
 * Throws `EventError` for an event that does not match its schema, before anything
 * is written, and `CommitOutcomeUnknownError` if the connection is lost during
 * COMMIT: then the transaction may be stored. After every other error nothing was stored.
 */
export const appendStreams = async <Event extends DomainEvent>(
  pool: Pool,
  category: AppendedCategory<Event>,
  appends: Appends<Event>,
): Promise<void> => {
  const { statements, committed, conflicted } = await toStatements(category, appends);
  const conflict = await withConnection(pool, async (connection) => {
    try {
      await write(connection, appends.tenantIds, [{ sql: "START TRANSACTION" }, ...statements]);
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
      // A conflict is expected, and no reason to close the connection.
      await run(connection, "ROLLBACK");
      return error;
    }
    await commit(connection);
    return undefined;
  });
  if (conflict === undefined) return committed();
  await conflicted();
  throw conflict;
};

/** What an append needs to know of its streams' category. */
export type AppendedCategory<Event extends DomainEvent> = { readonly codec: EventCodec<Event>; readonly vault?: Vault<Event> };

/**
 * Appends like `appendStreams`, for streams to which other writers append all the time:
 * it locks the streams while `decide` determines the events, so it does not fail because
 * a stream has moved on. `load` reads the streams' newest states; see `lockStreams` for
 * `versions`. It is slower than `appendStreams`, and other writers wait for it.
 */
export const appendLocked = async <State, Command, Event extends DomainEvent, Decided extends Appends<Event>>(
  pool: Pool,
  aggregate: StoredAggregate<State, Command, Event>,
  versions: ReadonlyMap<string, { readonly version: number }>,
  decide: (
    load: (aggregateIds: readonly string[], options: LoadOptions) => Promise<Map<string, LoadedStream<State>>>,
    movesOf: MovesOf,
  ) => Promise<Decided>,
): Promise<Decided> =>
  withConnection(pool, async (connection) => {
    await run(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    await run(connection, "START TRANSACTION");
    // Before the locks on streams, as in every append: with another order two appends and a move could wait for each other.
    await shareGate(connection);
    await lockStreams(connection, aggregate.type, versions);
    // Both read on this connection: with one of the pool, transactions that hold all of them would wait for each other.
    const decided = await decide(
      (aggregateIds, options) => loadStreamsOn(connection, aggregate, aggregateIds, options),
      (tenantIds) => readMoves(connection, tenantIds),
    );
    const { statements, committed, conflicted } = await toStatements(aggregate, decided);
    try {
      await write(connection, decided.tenantIds, statements);
    } catch (error) {
      if (error instanceof ConcurrencyError) await conflicted();
      throw error;
    }
    await commit(connection);
    committed();
    return decided;
  });

/** The statements of an append, and what to call once it was committed or met a conflict. */
type AppendStatements = { readonly statements: readonly Statement[] } & Pick<SealedAppends, "committed" | "conflicted">;

/** Returns the statements of an append. Throws `EventError` for an event that does not match its schema. */
const toStatements = async <Event extends DomainEvent>(
  { codec, vault }: AppendedCategory<Event>,
  { appends, answers, tenantIds }: Appends<Event>,
): Promise<AppendStatements> => {
  const ordered = inLockOrder(appends);
  for (const { event } of ordered.flatMap(({ events }) => events)) codec.assertValid(event);
  const {
    appends: stored,
    statements,
    committed,
    conflicted,
  } = vault?.seal === undefined ? plainAppends(ordered) : await vault.seal(ordered);
  const rows = ordered.flatMap(({ events }, index) => events.map((event, place) => toRow(event, stored[index]?.events[place])));
  const snapshots = ordered.flatMap((append, index) => {
    const state = stored[index]?.snapshot;
    return append.snapshot === undefined || state === undefined ? [] : [{ ...append, snapshot: { ...append.snapshot, state } }];
  });
  return {
    statements: [
      // Before every other lock, so that a transaction that waits for a freeze holds up nobody.
      requireAll([tenantsAreOpen(tenantIds), ...predecessorsAreStored(appends)]),
      // The answers come before the events and in a fixed order, so that two batches with the same keys wait for each other and do not deadlock.
      ...groupByBytes(answers.toSorted(byScope), ({ answer }) => Buffer.byteLength(answer), insertBytes).map(insertAnswers),
      ...statements,
      ...insertRows(rows),
      // Behind the inserts: whoever removes a stream locks its events, so an insert that came through sees what became of the stream.
      ...requireNoneArchived(appends),
      ...groupByBytes(snapshots, ({ snapshot }) => Buffer.byteLength(snapshot.state), insertBytes).map(saveSnapshots),
    ],
    committed,
    conflicted,
  };
};

/**
 * Fails unless the event store has the events of all streams: an archived one must not begin again. It reads one entry of the primary
 * key for each stream about which the condition on its predecessor does not say so already, and most appends have no such stream.
 */
const requireNoneArchived = <Event extends DomainEvent>(appends: readonly Append<Event>[]): readonly Statement[] => {
  const uncertain = appends.filter(({ events: [first] }) => first !== undefined && needsArchiveCheck(first.version));
  return uncertain.length === 0 ? [] : [requireAll([noneIsArchived(uncertain)])];
};

/** Stores events and snapshots in plain text. */
const plainAppends = <Event extends DomainEvent>(appends: readonly Append<Event>[]): SealedAppends => ({
  appends: appends.map(({ events, snapshot }) => ({
    events: events.map(({ event, metadata }) => ({ data: event.data, metadata })),
    snapshot: snapshot?.state,
  })),
  statements: [],
  committed: () => undefined,
  conflicted: () => Promise.resolve(),
});

/** Fails, by a subquery with several rows, unless all conditions are true. One statement costs the server a fraction of what two cost. */
const requireAll = (conditions: readonly Statement[]): Statement => ({
  sql: `DO IF(${conditions.map(({ sql }) => sql).join(" AND ")}, 0, (SELECT 1 UNION ALL SELECT 2))`,
  values: conditions.flatMap(({ values = [] }) => values),
});

/** Whether the event before the first new event of each stream is stored. It reads one index entry for each stream that is not new. */
const predecessorsAreStored = <Event extends DomainEvent>(appends: readonly Append<Event>[]): readonly Statement[] => {
  const continued = appends.filter(({ events: [first] }) => first !== undefined && first.version > 1);
  if (continued.length === 0) return [];
  const ids = continued.flatMap(({ follows }) => (follows === undefined ? [] : [uuidToBytes(follows)]));
  // `IN ()` is invalid, so the list starts with the id 0, which no event has.
  return [{ sql: "(SELECT COUNT(*) FROM events WHERE event_id IN (?)) = ?", values: [[noEventId, ...ids], continued.length] }];
};

const noEventId = Buffer.alloc(16);

const write = async (connection: PoolConnection, tenantIds: readonly string[], statements: readonly Statement[]): Promise<void> => {
  try {
    await writeTogether(connection, statements);
  } catch (error) {
    if (!isDuplicateKey(error) && !isSeveralRows(error)) throw error;
    const moves = isSeveralRows(error) ? await readMoves(connection, tenantIds) : [];
    throw moves.length > 0
      ? new TenantsMovingError(moves, { cause: error })
      : new ConcurrencyError("a stream has moved on or back, or a key was used, since it was read", { cause: error });
  }
};

/** Commits in a separate round trip: if the connection is lost before it, nothing was stored for certain. */
const commit = async (connection: PoolConnection): Promise<void> => {
  try {
    await run(connection, "COMMIT");
  } catch (error) {
    // A deadlock or a server that is read-only by now rolls the transaction back; with any other error the server may have committed before its answer was lost.
    throw isLockConflict(error) || isRefusedCommit(error) ? error : new CommitOutcomeUnknownError("no answer to COMMIT", { cause: error });
  }
};

/** Whether the server refused the COMMIT because it is read-only. If Group Replication did, the other members may have the transaction. */
const isRefusedCommit = (error: unknown): boolean => isReadOnly(error) && !isGroupRefusal(error);

/** Every writer takes its locks in the same order, so that two batches with the same carts wait and do not deadlock. */
const inLockOrder = <Event extends DomainEvent>(appends: readonly Append<Event>[]): readonly Append<Event>[] =>
  appends.toSorted((a, b) => (a.aggregateId < b.aggregateId ? -1 : 1));

const byScope = (a: StoredAnswer, b: StoredAnswer): number => {
  if (a.aggregateId !== b.aggregateId) return a.aggregateId < b.aggregateId ? -1 : 1;
  return a.key < b.key ? -1 : 1;
};

/** `values` is SQL, in the order of `eventColumns`. */
type EventRow = { readonly values: string; readonly shard: number };

const eventColumns = "event_id, aggregate_id, aggregate_type, version, event_type, schema_version, event_data, metadata, created_at";

const toRow = <Event extends DomainEvent>(recorded: RecordedEvent<Event>, stored: StoredForm | undefined): EventRow => {
  if (stored === undefined) throw new Error("an event has no stored form");
  const aggregateId = uuidToBytes(recorded.aggregateId);
  const values = [
    uuidToBytes(recorded.eventId),
    aggregateId,
    recorded.aggregateType,
    recorded.version,
    recorded.event.type,
    recorded.schemaVersion,
    JSON.stringify(stored.data),
    JSON.stringify(stored.metadata),
    recorded.occurredAt,
  ];
  return { values: format("?", [values], false, "Z"), shard: shardOf(aggregateId) };
};

/**
 * Both tables take the same values, which are formatted as SQL only once because that is most of an append's work. Large rows
 * get statements of their own, so that the commands of a batch do not add up to a statement that the server refuses.
 */
const insertRows = (rows: readonly EventRow[]): readonly Statement[] => {
  const groups = groupByBytes(rows, ({ values }) => Buffer.byteLength(values), insertBytes);
  return [
    ...groups.map((group) => ({
      sql: `INSERT INTO events (${eventColumns}) VALUES ?`,
      values: [raw(group.map(({ values }) => `(${values})`).join())],
    })),
    ...groups.map((group) => ({
      sql: `INSERT INTO outbox (${eventColumns}, shard) VALUES ?`,
      values: [raw(group.map(({ values, shard }) => `(${values},${shard})`).join())],
    })),
  ];
};
