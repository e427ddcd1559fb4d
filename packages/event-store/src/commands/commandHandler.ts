import type { DomainEvent } from "@cart/domain";
import type { Pool } from "mysql2/promise";
import { findAnswers } from "../idempotency/findAnswers.ts";
import type { KeyScope } from "../idempotency/storedAnswer.ts";
import { createAttempts } from "./attempt/attempts.ts";
import { type CommandRequest, type CommandResult, type Once, type OnceResult, type PreparedLater, streamIdsOf } from "./commandRequest.ts";
import { answerReplays } from "./keyed/answerReplays.ts";
import { createKeyedCommands } from "./keyed/keyedCommands.ts";
import { createLanes } from "./lanes/lanes.ts";
import type { StoredAggregate } from "../sealing/storedAggregate.ts";
import { type CommittedBatch, createRetries } from "./retries/retries.ts";
import { type PendingCommand, pendingCommand } from "./settlement/pendingCommand.ts";

export type CommandHandler<State, Command, Event extends DomainEvent> = {
  readonly handle: (request: CommandRequest<State, Command, Event>) => Promise<CommandResult<Event>>;
  /**
   * Like `handle`, but executes a request with the same key only once: the answer is stored
   * in the transaction of the append, and every later request with the key gets it, byte for
   * byte, from any process and after a crash. Of two concurrent requests only one is executed.
   *
   * Nothing is stored for a request that fails (a rejection, `VersionMismatchError`,
   * `CommandFailedError`), so it may be sent again with the same key. A different
   * request with a stored key fails with `IdempotencyKeyReusedError`.
   */
  readonly handleOnce: (
    request: CommandRequest<State, Command, Event> | PreparedLater<State, Command, Event>,
    once: Once<Event>,
  ) => Promise<OnceResult>;
  /** Refuses further commands, and resolves when every accepted command is answered. */
  readonly stop: () => Promise<void>;
};

export type CommandHandlerOptions<State, Command, Event extends DomainEvent> = {
  readonly pool: Pool;
  readonly aggregate: StoredAggregate<State, Command, Event>;
  readonly now: () => Date;
  readonly newEventId: () => string;
  /** Upper limit of commands in one transaction. */
  readonly maxBatchCommands?: number;
  /** Upper limit of concurrent transactions. */
  readonly maxTransactions?: number;
  /** Upper limit of waiting commands; a further command fails with `OVERLOADED`. */
  readonly maxWaitingCommands?: number;
  /** Attempts of a batch while other writers are faster. */
  readonly maxAttempts?: number;
  /** Upper limit of streams whose states are kept in memory. */
  readonly cachedStreams?: number;
  /** Upper limit of the memory that these states take, in bytes, by the estimate of the aggregate. */
  readonly cachedBytes?: number;
  readonly onCommit?: (batch: CommittedBatch) => void;
  readonly onConflict?: () => void;
};

/**
 * Handles commands by group commit: while a transaction is in flight, the
 * commands that arrive wait and go together into the next transaction, so that a disk
 * flush is shared by as many commands as there are clients waiting
 * (DeWitt et al., "Implementation Techniques for Main Memory Database Systems", 1984).
 * A command passes these stages, each of which owns its state:
 *
 * - `keyed`, only with an idempotency key: looks up the answer to an earlier request with the key.
 * - `lanes`: the queue. While MySQL works on one transaction, another batch is decided:
 *   at most two at a time, on different aggregates. Commands on one aggregate are decided
 *   in the order of their arrival, each on the result of the command before it.
 * - `retries`: decides what a failure means. A rejection or an error of one command never
 *   fails another command of its transaction.
 * - `attempt`: decides and stores once. States are cached. A cached state may be stale, which
 *   the unique key reveals at an append. A rejected command or a no-op appends nothing, so it
 *   is decided again on the newest events before it is answered.
 *   Any number of processes may write to the same streams: the slower process loads, decides
 *   and stores again, and after two conflicts it locks the streams. A command on two
 *   aggregates is decided on both and stored in one transaction.
 * - `settlement`: determines what is stored and how each command is answered. A promise
 *   resolves after COMMIT, so every acknowledged event is durable.
 *
 * A command fails with an error of the decider, `VersionMismatchError`, `StreamHiddenError`, `CommandFailedError`
 * or, from `handleOnce`, `IdempotencyKeyReusedError`.
 */
export const createCommandHandler = <State, Command, Event extends DomainEvent>({
  pool,
  aggregate,
  now,
  newEventId,
  maxBatchCommands = 256,
  maxTransactions = 2,
  maxWaitingCommands = 10_000,
  maxAttempts = 10,
  cachedStreams = 20_000,
  cachedBytes = 67_108_864,
  onCommit,
  onConflict,
}: CommandHandlerOptions<State, Command, Event>): CommandHandler<State, Command, Event> => {
  type Pending = PendingCommand<State, Command, Event>;

  const find = (scopes: readonly KeyScope[]) => findAnswers(pool, scopes);
  const replay = (batch: readonly Pending[]) => answerReplays(find, batch);
  const cache = { maxStreams: cachedStreams, maxBytes: cachedBytes };
  const commitOnce = createAttempts({ pool, aggregate, recording: { now, newEventId }, cache, answerReplays: replay });
  const commit = createRetries({ commitOnce, answerReplays: replay, maxAttempts, onCommit, onConflict });
  const lanes = createLanes<Pending>({
    streamIdsOf: ({ request }) => streamIdsOf(request),
    commit,
    maxBatchCommands,
    maxTransactions,
    maxWaitingCommands,
  });
  const { submit, requireRoom } = lanes;
  const keyed = createKeyedCommands({ aggregateType: aggregate.type, findAnswers: find, maxKeys: maxBatchCommands, submit, requireRoom });

  return {
    handle: async (request) => new Promise((resolve, reject) => submit(pendingCommand(request, resolve, reject))),
    handleOnce: keyed.handleOnce,
    stop: async () => {
      await lanes.stop();
      await keyed.settled();
    },
  };
};
