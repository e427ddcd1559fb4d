import type { DomainEvent } from "@cart/domain";
import { coalesce } from "@cart/process-kit";
import type { KeyScope, StoredAnswer } from "../../idempotency/storedAnswer.ts";
import { IdempotencyKeyReusedError } from "../commandErrors.ts";
import type { CommandRequest, Once, OnceResult, PreparedLater } from "../commandRequest.ts";
import { toCommandError } from "../retries/failureKind.ts";
import { type KeyedAnswer, type PendingCommand, pendingKeyedCommand } from "../settlement/pendingCommand.ts";

export type KeyedCommandsOptions<State, Command, Event extends DomainEvent> = {
  readonly aggregateType: string;
  /** Resolves to the stored answer of each key, in the keys' order. */
  readonly findAnswers: (scopes: readonly KeyScope[]) => Promise<readonly (StoredAnswer | undefined)[]>;
  /** Upper limit of keys in one look-up. */
  readonly maxKeys: number;
  /** Queues a command whose key has no answer. Throws `CommandFailedError`. */
  readonly submit: (command: PendingCommand<State, Command, Event>) => void;
  /** Throws `CommandFailedError` if no further command with a key is accepted while this many are waiting. */
  readonly requireRoom: (waiting: number) => void;
};

export type KeyedCommands<State, Command, Event extends DomainEvent> = {
  readonly handleOnce: (
    request: CommandRequest<State, Command, Event> | PreparedLater<State, Command, Event>,
    once: Once<Event>,
  ) => Promise<OnceResult>;
  /** Resolves when every command whose key is in flight now has its outcome. */
  readonly settled: () => Promise<void>;
};

/**
 * Handles commands with an idempotency key: looks up the key's answer, and submits the command if
 * the key has no answer. Within a process only one command of a key is in flight at a time, so that
 * no transaction has a key twice; the next command with the key then finds the answer.
 */
export const createKeyedCommands = <State, Command, Event extends DomainEvent>({
  aggregateType,
  findAnswers,
  maxKeys,
  submit,
  requireRoom,
}: KeyedCommandsOptions<State, Command, Event>): KeyedCommands<State, Command, Event> => {
  type Request = CommandRequest<State, Command, Event> | PreparedLater<State, Command, Event>;

  /** Commands with a key that have no outcome yet. */
  let waiting = 0;
  /** The command in flight, by aggregate and key. */
  const inFlight = new Map<string, Promise<OnceResult>>();
  // The look-up comes before the command waits for a transaction, so that commands without a key pay no round trip for it.
  const findAnswer = coalesce(findAnswers, { maxItems: maxKeys });

  const handleOnce = async (request: Request, once: Once<Event>): Promise<OnceResult> => {
    requireRoom(waiting);
    const name = `${request.aggregateId}/${once.key}`;
    waiting += 1;
    try {
      for (let earlier = inFlight.get(name); earlier !== undefined; earlier = inFlight.get(name)) await earlier.catch(ignore);
      // Once the process stops, its connections to the database may be closed.
      requireRoom(0);
      const outcome = answerOnce(request, once);
      inFlight.set(name, outcome);
      return await outcome.finally(() => inFlight.delete(name));
    } finally {
      waiting -= 1;
    }
  };

  const answerOnce = async (request: Request, once: Once<Event>): Promise<OnceResult> => {
    const scope = { aggregateType, aggregateId: request.aggregateId, key: once.key };
    const earlier = await findAnswer(scope).catch((error: unknown) => {
      throw toCommandError(error);
    });
    if (earlier !== undefined) return toResult(once, earlier, true);
    const ready = "prepare" in request ? await request.prepare() : request;
    const { stored, replayed } = await new Promise<KeyedAnswer>((resolve, reject) => {
      submit(pendingKeyedCommand(ready, { scope, once }, resolve, reject));
    });
    return toResult(once, stored, replayed);
  };

  return { handleOnce, settled: async () => void (await Promise.allSettled(inFlight.values())) };
};

/** Returns the stored answer as a result. Throws `IdempotencyKeyReusedError` if the answer is to another request. */
const toResult = <Event extends DomainEvent>(once: Once<Event>, stored: StoredAnswer, replayed: boolean): OnceResult => {
  if (!stored.requestHash.equals(once.requestHash)) throw new IdempotencyKeyReusedError(once.key);
  return { version: stored.version, answer: stored.answer, replayed };
};

/** For a promise whose outcome another caller handles. */
const ignore = (): void => undefined;
