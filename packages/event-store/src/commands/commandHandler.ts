import type { Aggregate, DomainEvent } from "@cart/domain";
import type { Pool } from "mysql2/promise";
import { findAnswers } from "../idempotency/findAnswers.ts";
import type { KeyScope } from "../idempotency/storedAnswer.ts";
import { createAttempts } from "./attempt/attempts.ts";
import { type CommandRequest, type CommandResult, type Once, type OnceResult, streamIdsOf } from "./commandRequest.ts";
import { answerReplays } from "./keyed/answerReplays.ts";
import { createKeyedCommands } from "./keyed/keyedCommands.ts";
import { createLanes } from "./lanes/lanes.ts";
import { type CommittedBatch, createRetries } from "./retries/retries.ts";
import { type PendingCommand, pendingCommand } from "./settlement/pendingCommand.ts";

export type CommandHandler<State, Command, Event extends DomainEvent> = {
  readonly handle: (request: CommandRequest<State, Command, Event>) => Promise<CommandResult<Event>>;
  /**
   * Like `handle`, but once for a key: the answer is stored in the transaction of the
   * append, and a request with the same key gets it, byte for byte, from any
   * process and after a crash. Of two at the same moment only one is executed.
   *
   * Nothing is stored for a request that fails, so it may be sent again with the
   * same key: a rejection, `VersionMismatchError`, `CommandFailedError`.
   * Another request with a key that is stored fails with `IdempotencyKeyReusedError`.
   */
  readonly handleOnce: (request: CommandRequest<State, Command, Event>, once: Once<Event>) => Promise<OnceResult>;
  /** Takes no more commands, and resolves when those that were taken are answered. */
  readonly stop: () => Promise<void>;
};

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
  /** How often a batch is tried while other writers are faster. */
  readonly maxAttempts?: number;
  /** How many aggregates' states are kept in memory. */
  readonly cachedStreams?: number;
  readonly onCommit?: (batch: CommittedBatch) => void;
  readonly onConflict?: () => void;
};

/**
 * Handles commands by group commit: while one transaction is under way, the
 * commands that arrive wait and go together into the next one, so that a disk
 * flush is shared by as many commands as there are clients waiting
 * (DeWitt et al., "Implementation Techniques for Main Memory Database Systems", 1984).
 * A command passes these rooms, each of which owns its state:
 *
 * - `keyed`, only with an idempotency key: the answer to an earlier request with it.
 * - `lanes`: the queue. While MySQL works on one transaction another one is decided:
 *   two at most, on different aggregates. Commands on one aggregate are decided in the
 *   order of their arrival, each on the result of the one before.
 * - `retries`: what a failure means. A rejection or an error of one command never fails
 *   another one in its transaction.
 * - `attempt`: decides and stores once. States are cached. A cached state may be stale,
 *   which an append finds out by the unique key; a rejection, or a command that changes
 *   nothing, would not, so it is decided again on the newest events before it is answered.
 *   Any number of processes may write to the same streams: the slower one loads, decides
 *   and stores again, after two conflicts with the others kept out. A command on two
 *   aggregates is decided on both and stored with both.
 * - `settlement`: what is stored, and how each command is answered. A promise resolves
 *   after COMMIT, so what is acknowledged is durable.
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
  type Pending = PendingCommand<State, Command, Event>;

  const find = (scopes: readonly KeyScope[]) => findAnswers(pool, scopes);
  const replay = (batch: readonly Pending[]) => answerReplays(find, batch);
  const commitOnce = createAttempts({ pool, aggregate, recording: { now, newEventId }, cachedStreams, answerReplays: replay });
  const commit = createRetries({ commitOnce, answerReplays: replay, maxAttempts, onCommit, onConflict });
  const lanes = createLanes<Pending>({
    streamIdsOf: ({ request }) => streamIdsOf(request),
    commit,
    maxBatch,
    maxTransactions,
    maxWaiting,
  });
  const { submit, requireRoom } = lanes;
  const keyed = createKeyedCommands({ aggregateType: aggregate.type, findAnswers: find, maxGroup: maxBatch, submit, requireRoom });

  return {
    handle: async (request) => new Promise((resolve, reject) => submit(pendingCommand(request, resolve, reject))),
    handleOnce: keyed.handleOnce,
    stop: async () => {
      await lanes.stop();
      await keyed.settled();
    },
  };
};
