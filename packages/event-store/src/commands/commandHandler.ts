import { setImmediate as immediate, setTimeout as delay } from "node:timers/promises";
import type { Aggregate, DomainEvent } from "@cart/domain";
import { isLockConflict, isUnavailable } from "@cart/mysql";
import { LRUCache } from "lru-cache";
import type { Pool } from "mysql2/promise";
import { findAnswers } from "../idempotency/findAnswers.ts";
import type { KeyScope, StoredAnswer } from "../idempotency/storedAnswer.ts";
import { type Append, appendLocked, appendStreams } from "../streams/appendStreams.ts";
import { CommitOutcomeUnknownError } from "../streams/commitOutcomeUnknownError.ts";
import { ConcurrencyError } from "../streams/concurrencyError.ts";
import { type LoadedStream, loadStreams } from "../streams/loadStreams.ts";
import { CommandFailedError, IdempotencyKeyReusedError } from "./commandErrors.ts";
import type { CommandRequest, CommandResult } from "./commandRequest.ts";
import { type DecidedBatch, decideBatch, streamIdsOf } from "./decideBatch.ts";
import { inGroups } from "./inGroups.ts";
import { createNewcomers } from "./newcomers.ts";
import { createStreamQueue } from "./streamQueue.ts";

/** Makes a command one that is carried out once, however often it is sent. */
export type Once<Event extends DomainEvent> = {
  /** The client's, unique within the aggregate: 1 to 255 visible ASCII characters. */
  readonly key: string;
  /** SHA-256 of all that makes it the same request. */
  readonly requestHash: Buffer;
  /** Writes the answer that is stored and given again. Pure; it may be called for a command that is then decided again. */
  readonly answer: (result: CommandResult<Event>) => string;
};

export type OnceResult = {
  /** Of the stream after the command. */
  readonly version: number;
  readonly answer: string;
  /** Whether the answer is that of an earlier request, and this one changed nothing. */
  readonly replayed: boolean;
};

export type CommandHandler<State, Command, Event extends DomainEvent> = {
  readonly handle: (request: CommandRequest<State, Command, Event>) => Promise<CommandResult<Event>>;
  /**
   * As `handle`, once for a key: the answer is stored in the transaction of the
   * append, and a request with the same key gets it, byte for byte, from any
   * process and after a crash. Two at the same moment are carried out once.
   *
   * A key whose request came to nothing is not stored, so the same request is
   * decided anew: a rejection, `VersionMismatchError`, `CommandFailedError`.
   * Another request with a key that is stored fails with `IdempotencyKeyReusedError`.
   */
  readonly handleOnce: (request: CommandRequest<State, Command, Event>, once: Once<Event>) => Promise<OnceResult>;
  /** Takes no more commands, and resolves when those that were taken are answered. */
  readonly stop: () => Promise<void>;
};

/** What one transaction did, for metrics. */
export type CommittedBatch = { readonly commands: number; readonly events: number; readonly attempts: number; readonly seconds: number };

export type CommandHandlerOptions<State, Command, Event extends DomainEvent> = {
  readonly pool: Pool;
  readonly aggregate: Aggregate<State, Command, Event>;
  readonly now: () => Date;
  readonly newEventId: () => string;
  /** Most commands in one transaction. */
  readonly maxBatch?: number;
  /** Most transactions at the same time. */
  readonly maxTransactions?: number;
  /** Most commands that wait; one more fails with `OVERLOADED`. */
  readonly maxWaiting?: number;
  /** How often a batch is decided and stored again after other writers were faster. */
  readonly maxAttempts?: number;
  /** How many aggregates' states are kept in memory. */
  readonly cachedStreams?: number;
  readonly onCommit?: (batch: CommittedBatch) => void;
  readonly onConflict?: () => void;
};

type Waiting<State, Command, Event extends DomainEvent> = {
  readonly request: CommandRequest<State, Command, Event>;
  readonly reply:
    | { readonly kind: "result"; readonly resolve: (result: CommandResult<Event>) => void }
    | { readonly kind: "answer"; readonly once: Once<Event>; readonly resolve: (stored: StoredAnswer, replayed: boolean) => void };
  readonly reject: (error: unknown) => void;
};

/**
 * Handles commands by group commit: while one transaction is under way, the
 * commands that arrive wait and go together into the next one, so that a disk
 * flush is shared by as many commands as there are clients waiting
 * (DeWitt et al., "Implementation Techniques for Main Memory Database Systems", 1984).
 *
 * - A promise resolves after COMMIT, so what is acknowledged is durable.
 * - Each command has its own outcome: a rejection or an error of one never fails another.
 * - While one transaction is under way in MySQL, another one is decided and written:
 *   two at most, on different aggregates.
 * - Commands on one aggregate are decided in the order of their arrival, each on the
 *   result of the one before. A command on two is decided on both and stored with
 *   both. Any number of processes may write to the same streams: the slower one
 *   loads, decides and stores again, the second time with the others kept out.
 * - States are cached. A cached state may be stale, which an append finds out by
 *   the unique key; a rejection, or a command that changes nothing, would not, so
 *   it is decided again on the newest events before it is answered. A stream that is
 *   not cached is taken for a new one in the same way, where almost all are.
 *
 * Errors: what the decider throws, `VersionMismatchError`, `StreamHiddenError`, `CommandFailedError`,
 * and `IdempotencyKeyReusedError` of `handleOnce`.
 */
export const createCommandHandler = <State, Command, Event extends DomainEvent>({
  pool,
  aggregate,
  now,
  newEventId,
  maxBatch = 256,
  maxTransactions = 2,
  maxWaiting = 10_000,
  maxAttempts = 10,
  cachedStreams = 20_000,
  onCommit,
  onConflict,
}: CommandHandlerOptions<State, Command, Event>): CommandHandler<State, Command, Event> => {
  type Request = CommandRequest<State, Command, Event>;
  type Command_ = Waiting<State, Command, Event>;

  const cache = new LRUCache<string, LoadedStream<State>>({ max: cachedStreams });
  const queue = createStreamQueue<Command_>(({ request }) => streamIdsOf(request));
  const transactions = new Set<Promise<void>>();
  const newcomers = createNewcomers();
  const newStream: LoadedStream<State> = { state: aggregate.decider.initialState, version: 0, snapshotVersion: 0 };
  let stopping = false;

  const take = (command: Command_): void => {
    requireRoom(queue.length());
    queue.add(command);
    // One that waits for a stream goes with the transaction after the one that has the stream.
    if (queue.isFree(command)) startSoon();
  };

  const requireRoom = (taken: number): void => {
    if (stopping) throw new CommandFailedError("STOPPING", "this process is shutting down");
    if (taken >= maxWaiting) throw new CommandFailedError("OVERLOADED", `${maxWaiting} commands are waiting already`);
  };

  const handle = async (request: Request): Promise<CommandResult<Event>> =>
    new Promise((resolve, reject) => {
      take({ request, reply: { kind: "result", resolve }, reject });
    });

  /** Commands with a key that are not answered, and by key the one that is under way. */
  let keyed = 0;
  const underWay = new Map<string, Promise<OnceResult>>();
  // Looked up before they wait for a transaction, so that a key costs the commands that have none no round trip.
  const findAnswer = inGroups<KeyScope, StoredAnswer>((scopes) => findAnswers(pool, scopes), { maxGroup: maxBatch });

  const handleOnce = async (request: Request, once: Once<Event>): Promise<OnceResult> => {
    requireRoom(keyed);
    const name = `${request.aggregateId}/${once.key}`;
    keyed++;
    try {
      // One after the other, so that no transaction has a key twice: the next one then finds the answer.
      for (let earlier = underWay.get(name); earlier !== undefined; earlier = underWay.get(name)) await earlier.catch(ignore);
      // The database is there for sure only until the process stops.
      requireRoom(0);
      const answered = answerOnce(request, once);
      underWay.set(name, answered);
      return await answered.finally(() => underWay.delete(name));
    } finally {
      keyed--;
    }
  };

  const answerOnce = async (request: Request, once: Once<Event>): Promise<OnceResult> => {
    const toResult = ({ requestHash, version, answer }: StoredAnswer, replayed: boolean): OnceResult => {
      if (!requestHash.equals(once.requestHash)) throw new IdempotencyKeyReusedError(once.key);
      return { version, answer, replayed };
    };
    const stored = await findAnswer(scopeOf(request, once)).catch((error: unknown) => {
      throw toCommandError(failureOf(error), error);
    });
    if (stored !== undefined) return toResult(stored, true);
    const [answer, replayed] = await new Promise<[StoredAnswer, boolean]>((resolve, reject) => {
      take({ request, reply: { kind: "answer", once, resolve: (...answered) => resolve(answered) }, reject });
    });
    return toResult(answer, replayed);
  };

  const scopeOf = ({ aggregateId }: Request, { key }: Once<Event>): KeyScope => ({ aggregateType: aggregate.type, aggregateId, key });

  let starting = false;
  /** When all that this turn of the event loop brings has come, so that it shares a transaction. */
  const startSoon = (): void => {
    if (starting || transactions.size === maxTransactions) return;
    starting = true;
    setImmediate(() => {
      starting = false;
      while (transactions.size < maxTransactions) {
        // Not more than its share, so that one is decided and written while the other is under way in MySQL.
        const batch = queue.take(maxBatch, Math.ceil((queue.length() + queue.taken()) / maxTransactions));
        if (batch.length === 0) return;
        const transaction = commitBatch(batch).finally(() => {
          queue.release(batch);
          transactions.delete(transaction);
          startSoon();
        });
        transactions.add(transaction);
      }
    });
  };

  /** Answers every command of the batch; never throws. */
  const commitBatch = async (batch: readonly Command_[]): Promise<void> => {
    const started = performance.now();
    let rest = batch;
    for (let attempt = 1; ; attempt++) {
      try {
        // What the last attempt failed on may be a key that another process has answered since it was looked up.
        if (attempt > 1) rest = await withoutAnswered(rest);
        if (rest.length === 0) return;
        const events = await commitAttempt(attempt, rest);
        onCommit?.({ commands: rest.length, events, attempts: attempt, seconds: (performance.now() - started) / 1000 });
        return;
      } catch (error) {
        for (const { request } of rest) for (const id of streamIdsOf(request)) cache.delete(id);
        const failure = failureOf(error);
        if (failure === "again" || failure === "unavailable") {
          if (failure === "again") onConflict?.();
          if (attempt < (failure === "again" ? maxAttempts : 2)) {
            await delay(Math.random() * 5 * attempt);
            continue;
          }
        }
        if (failure === "fault" && rest.length > 1) {
          for (const one of rest) await commitBatch([one]);
          return;
        }
        for (const { reject } of rest) reject(toCommandError(failure, error));
        return;
      }
    }
  };

  /** Answers the commands whose key is stored by now; returns the others. */
  const withoutAnswered = async (batch: readonly Command_[]): Promise<readonly Command_[]> => {
    const scopes = batch.flatMap(({ request, reply }) => (reply.kind === "answer" ? [scopeOf(request, reply.once)] : []));
    if (scopes.length === 0) return batch;
    const answers = (await findAnswers(pool, scopes)).values();
    return batch.filter(({ reply }) => {
      const stored = reply.kind === "answer" ? answers.next().value : undefined;
      if (reply.kind === "result" || stored === undefined) return true;
      reply.resolve(stored, true);
      return false;
    });
  };

  /**
   * Without the rejections that are the work of the same request: when another process has carried it out meanwhile, what is
   * decided on the outcome may be refused, and its answer, which is stored with that outcome, is given instead.
   */
  const withoutReplays = async (decided: DecidedBatch<Command_, State, Event>): Promise<DecidedBatch<Command_, State, Event>> => {
    const rejected = decided.outcomes.filter(({ decision }) => decision.kind === "rejected").map(({ entry }) => entry);
    if (rejected.length === 0) return decided;
    const open = new Set(await withoutAnswered(rejected));
    return { ...decided, outcomes: decided.outcomes.filter(({ entry, decision }) => decision.kind === "accepted" || open.has(entry)) };
  };

  const commitAttempt = (attempt: number, batch: readonly Command_[]): Promise<number> => {
    if (attempt > optimisticAttempts) return commitLocked(batch);
    return attempt === 1 && mayAssumeNew(batch) ? commitAsNew(batch) : commitOn(cache, batch);
  };

  /** As if what is not in memory were new; if it is none, on what is stored. */
  const commitAsNew = async (batch: readonly Command_[]): Promise<number> => {
    try {
      return await commitOn({ get: (id) => cache.get(id) ?? newStream }, batch);
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
      return commitOn(noCache, batch);
    }
  };

  /** Not with several commands, as one that is wrong about its stream would have all of them decided again. */
  const mayAssumeNew = (batch: readonly Command_[]): boolean =>
    batch.length === 1 && newcomers.areUsual() && batch.some(({ request }) => streamIdsOf(request).some((id) => !cache.has(id)));

  const commitOn = async (known: Pick<typeof cache, "get">, batch: readonly Command_[]): Promise<number> => {
    const prepared = prepare(await withoutReplays(await decide(batch, known, loadNewest)));
    const { appends, answers } = prepared;
    if (appends.length > 0 || answers.length > 0) await appendStreams(pool, aggregate.codec, appends, answers);
    for (const { events } of appends) if (events[0]?.version === 1) newcomers.saw(true);
    return conclude(prepared);
  };

  const loadNewest = async (ids: readonly string[]): Promise<Map<string, LoadedStream<State>>> => {
    const streams = await loadStreams(pool, aggregate, ids);
    for (const [id, { version }] of streams) if (version > 0 && !cache.has(id)) newcomers.saw(false);
    return streams;
  };

  const commitLocked = async (batch: readonly Command_[]): Promise<number> => {
    const ids = [...new Set(batch.flatMap(({ request }) => streamIdsOf(request)))];
    const reached = await loadStreams(pool, aggregate, ids);
    return conclude(
      await appendLocked(pool, aggregate, reached, async (load) => prepare(await withoutReplays(await decide(batch, noCache, load)))),
    );
  };

  /** What is stored of a decided batch, and how its commands are answered then. */
  const prepare = (decided: DecidedBatch<Command_, State, Event>) => {
    const streams = [...decided.streams].map(([aggregateId, { stream, events }]) => ({ aggregateId, events, ...withSnapshot(stream) }));
    const appends = streams.flatMap(({ aggregateId, events, snapshot }): Append<Event>[] =>
      events.length === 0 ? [] : [{ aggregateType: aggregate.type, aggregateId, events, snapshot }],
    );
    const replies = decided.outcomes.map(({ entry: { request, reply, reject }, decision }) => {
      if (decision.kind === "rejected") return { send: () => reject(decision.error) };
      const { result } = decision;
      if (reply.kind === "result") return { send: () => reply.resolve(result) };
      const { requestHash, answer } = reply.once;
      const stored = { ...scopeOf(request, reply.once), requestHash, version: result.version, answer: answer(result) };
      return { stored, send: () => reply.resolve(stored, false) };
    });
    const answers = replies.flatMap(({ stored }) => (stored === undefined ? [] : [stored]));
    return { streams, appends, answers, replies };
  };

  /** After COMMIT. */
  const conclude = ({ streams, appends, replies }: ReturnType<typeof prepare>): number => {
    for (const { aggregateId, stream } of streams) if (stream.version > 0) cache.set(aggregateId, stream);
    for (const { send } of replies) send();
    return appends.reduce((count, { events }) => count + events.length, 0);
  };

  /** On cached states where there are some; then again, until all that is refused or changes nothing was decided on the newest events. */
  const decide = async (
    batch: readonly Command_[],
    known: Pick<typeof cache, "get">,
    load: (aggregateIds: readonly string[]) => Promise<Map<string, LoadedStream<State>>>,
  ): Promise<DecidedBatch<Command_, State, Event>> => {
    const streams = new Map<string, LoadedStream<State>>();
    const newest = new Set<string>();
    let missing = new Set<string>();
    for (const id of batch.flatMap(({ request }) => streamIdsOf(request))) {
      const stream = known.get(id);
      if (stream === undefined) missing.add(id);
      else streams.set(id, stream);
    }
    for (;;) {
      if (missing.size > 0) {
        for (const [id, stream] of await load([...missing])) {
          streams.set(id, stream);
          newest.add(id);
        }
      }
      const decided = decideBatch(aggregate, streams, batch, { now, newEventId });
      const unsure = decided.outcomes.filter(({ decision }) => decision.kind === "rejected" || decision.result.events.length === 0);
      missing = new Set(unsure.flatMap(({ entry }) => streamIdsOf(entry.request)).filter((id) => !newest.has(id)));
      if (missing.size === 0) return decided;
    }
  };

  const withSnapshot = (stream: LoadedStream<State>) => {
    const { schemaVersion, every, toJson } = aggregate.snapshots;
    if (stream.version - stream.snapshotVersion < every) return { stream, snapshot: undefined };
    const snapshot = { version: stream.version, schemaVersion, state: JSON.stringify(toJson(stream.state)) };
    return { stream: { ...stream, snapshotVersion: stream.version }, snapshot };
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    do {
      await immediate();
      await Promise.all(transactions);
    } while (queue.length() > 0 || transactions.size > 0);
    await Promise.allSettled(underWay.values());
  };

  return { handle, handleOnce, stop };
};

/**
 * How often a batch tries its luck. Between two processes that both always have
 * work for the same stream the one that won has the better chance to win again, as
 * it need not read the stream first, so the other one would have to try for long.
 */
const optimisticAttempts = 2;

const noCache = { get: () => undefined };

/** For a promise whose outcome is another caller's. */
const ignore = (): void => undefined;

/**
 * - `again`: another writer was faster.
 * - `unavailable`: no answer from the database, before COMMIT.
 * - `unknown`: no answer to COMMIT.
 * - `fault`: something is wrong with one of the commands, or with this program.
 */
type Failure = "again" | "unavailable" | "unknown" | "fault";

const failureOf = (error: unknown): Failure => {
  if (error instanceof ConcurrencyError || isLockConflict(error)) return "again";
  if (error instanceof CommitOutcomeUnknownError) return "unknown";
  if (isUnavailable(error)) return "unavailable";
  return "fault";
};

const toCommandError = (failure: Failure, error: unknown): unknown => {
  const cause = { cause: error };
  switch (failure) {
    case "again":
      return new CommandFailedError("CONTENDED", "other writers to the same cart were faster every time", cause);
    case "unavailable":
      return new CommandFailedError("UNAVAILABLE", "the event store cannot be reached", cause);
    case "unknown":
      return new CommandFailedError("OUTCOME_UNKNOWN", "the connection to the event store was lost during the commit", cause);
    case "fault":
      return error;
    default:
      return failure satisfies never;
  }
};
