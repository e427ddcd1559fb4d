import type { Aggregate, DomainEvent } from "@cart/domain";
import { withConnection } from "@cart/mysql";
import type { Pool } from "mysql2/promise";
import type { StoredAggregate } from "../../sealing/storedAggregate.ts";
import { appendLocked, appendStreams } from "../../streams/appendStreams.ts";
import { ConcurrencyError } from "../../streams/concurrencyError.ts";
import { type LoadedStream, loadStreams } from "../../streams/loadStreams.ts";
import { type MovesOf, readMoves, TenantsMovingError } from "../../tenants/tenantGate.ts";
import { CommandFailedError } from "../commandErrors.ts";
import { streamIdsOf } from "../commandRequest.ts";
import { type DecidedBatch, tenantsOf } from "../decidedBatch.ts";
import { createClosedTenants } from "./closedTenants.ts";
import { withoutReplays } from "./withoutReplays.ts";
import type { PendingCommand } from "../settlement/pendingCommand.ts";
import { type SettledBatch, settleBatch } from "../settlement/settleBatch.ts";
import type { Recording } from "./decideBatch.ts";
import { decideOnNewest, type StateSource } from "./decideOnNewest.ts";
import { type CacheLimits, createStreamCache, type StreamCache } from "./streamCache.ts";

export type AttemptsOptions<State, Command, Event extends DomainEvent> = {
  readonly pool: Pool;
  readonly aggregate: StoredAggregate<State, Command, Event>;
  readonly recording: Omit<Recording, "requireOpen">;
  readonly cache: CacheLimits;
  /** Answers the commands whose idempotency key has a stored answer by now; resolves to the remaining commands. */
  readonly answerReplays: (
    batch: readonly PendingCommand<State, Command, Event>[],
  ) => Promise<readonly PendingCommand<State, Command, Event>[]>;
};

/**
 * Attempts of a batch without locks. If two processes constantly write to the same stream, the
 * process that won has the better chance to win again, because it need not read the stream
 * first. Without locks the other process could retry for a long time.
 */
const optimisticAttempts = 2;

/**
 * Returns a function that tries once to decide a batch and to store it. The function answers every command after
 * COMMIT and resolves to the number of events; if it rejects, it has answered only replays. An attempt works in one of three ways:
 *
 * - as new: assumes that uncached streams are empty, if that is likely; a conflict shows that one was not;
 * - on known states: uses the states in the cache; a conflict shows that one was stale;
 * - locked, after conflicts: keeps other writers out while the batch is decided.
 */
export const createAttempts = <State, Command, Event extends DomainEvent>({
  pool,
  aggregate,
  recording: idsAndTimes,
  cache: cacheLimits,
  answerReplays,
}: AttemptsOptions<State, Command, Event>): ((
  batch: readonly PendingCommand<State, Command, Event>[],
  attempt: number,
) => Promise<number>) => {
  type Batch = readonly PendingCommand<State, Command, Event>[];
  type Known = StateSource<State>["known"];

  const cache = cacheOf(aggregate, cacheLimits);
  const closed = createClosedTenants();
  const recording = { ...idsAndTimes, requireOpen: closed.requireOpen };
  const emptyStream: LoadedStream<State> = { state: aggregate.decider.initialState, version: 0, snapshotVersion: 0 };

  const commitOnce = async (batch: Batch, attempt: number): Promise<number> => {
    try {
      if (attempt > optimisticAttempts) return await commitLocked(batch);
      const assumesNew = attempt === 1 && cache.suggestsNew(streamIdsOfAll(batch));
      return assumesNew ? await commitAsNew(batch) : await commitOn(batch, cache.get);
    } catch (error) {
      cache.forget(streamIdsOfAll(batch));
      if (error instanceof TenantsMovingError) closed.remember(error.moves);
      throw error;
    }
  };

  /** Assumes that uncached streams are empty; if the unique key says otherwise, loads all streams and decides again. */
  const commitAsNew = async (batch: Batch): Promise<number> => {
    try {
      return await commitOn(batch, (id) => cache.get(id) ?? emptyStream);
    } catch (error) {
      if (!(error instanceof ConcurrencyError) || error instanceof TenantsMovingError) throw error;
      return commitOn(batch, noneKnown);
    }
  };

  const commitOn = async (batch: Batch, known: Known): Promise<number> => {
    const settled = await decideAndSettle(batch, { known, load: loadNewest }, movesOf);
    const { appends, answers } = settled;
    if (appends.length > 0 || answers.length > 0) await appendStreams(pool, aggregate, settled);
    for (const { events } of appends) if (events[0]?.version === 1) cache.sawNew();
    return conclude(settled);
  };

  const loadNewest = dated<State>(async (ids, options) => {
    const streams = await loadStreams(pool, aggregate, ids, options);
    cache.sawLoaded(streams);
    return streams;
  });

  const commitLocked = async (batch: Batch): Promise<number> => {
    const reached = await loadStreams(pool, aggregate, [...new Set(streamIdsOfAll(batch))]);
    return conclude(
      await appendLocked(pool, aggregate, reached, (load, movesOnIt) =>
        decideAndSettle(batch, { known: noneKnown, load: dated(load) }, movesOnIt),
      ),
    );
  };

  const movesOf: MovesOf = (tenantIds) => withConnection(pool, (connection) => readMoves(connection, tenantIds));

  const decideAndSettle = async (batch: Batch, source: StateSource<State>, moves: MovesOf): Promise<SettledBatch<State, Event>> => {
    await aggregate.ready?.();
    const decided = await decideOnNewest(aggregate, batch, source, recording);
    await requireOpenTenantsOf(moves, aggregate, decided);
    return settleBatch(aggregate, await withoutReplays(decided, answerReplays));
  };

  /** Caches the new states and answers the commands. Call it after COMMIT. */
  const conclude = ({ streams, appends, sendAll }: SettledBatch<State, Event>): number => {
    cache.keep(streams);
    sendAll();
    return appends.reduce((count, { events }) => count + events.length, 0);
  };

  return commitOnce;
};

/**
 * A state has the fields of events in plain text, so it is kept no longer than a key by which they were read. A command on the cart of
 * a shopper whose keys were destroyed meets a conflict, which drops the state at once.
 */
const cacheOf = <State, Command, Event extends DomainEvent>(
  { vault, memoryBytes }: StoredAggregate<State, Command, Event>,
  limits: CacheLimits,
): StreamCache<State> => createStreamCache<State>(vault === undefined ? limits : { ...limits, maxAgeMs: vault.maxAgeMs }, memoryBytes);

/**
 * Asks for the tenants of commands that store nothing, because no append does: what they are answered would be the state of
 * another event store. Most commands store something, so most batches do not ask.
 */
const requireOpenTenantsOf = async <State, Command, Event extends DomainEvent>(
  movesOf: MovesOf,
  { tenantOf }: Aggregate<State, Command, Event>,
  { outcomes, streams }: DecidedBatch<PendingCommand<State, Command, Event>, State, Event>,
): Promise<void> => {
  const idle = outcomes.filter(({ decision }) =>
    decision.kind === "rejected" ? !isClosed(decision.error) : decision.result.events.length === 0,
  );
  const ids = idle.flatMap(({ entry }) => streamIdsOf(entry.request));
  const tenantIds = tenantsOf(tenantOf, streams, ids);
  if (tenantIds.length === 0) return;
  const moves = await movesOf(tenantIds);
  if (moves.length > 0) throw new TenantsMovingError(moves);
};

const isClosed = (error: unknown): boolean =>
  error instanceof CommandFailedError && (error.code === "TENANT_MOVING" || error.code === "TENANT_MOVED");

/** Records in each state when its read began. */
const dated =
  <State>(load: StateSource<State>["load"]): StateSource<State>["load"] =>
  async (ids, options) => {
    const loadedAt = performance.now();
    return new Map([...(await load(ids, options))].map(([id, stream]) => [id, { ...stream, loadedAt }]));
  };

const noneKnown = (): undefined => undefined;

const streamIdsOfAll = <State, Command, Event extends DomainEvent>(batch: readonly PendingCommand<State, Command, Event>[]): string[] =>
  batch.flatMap(({ request }) => streamIdsOf(request));
