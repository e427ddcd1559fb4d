import type { DomainEvent } from "@cart/domain";
import type { KeyScope, StoredAnswer } from "../../idempotency/storedAnswer.ts";
import { IdempotencyKeyReusedError } from "../commandErrors.ts";
import type { CommandRequest, Once, OnceResult } from "../commandRequest.ts";
import { toCommandError } from "../retries/failureKind.ts";
import { type KeyedAnswer, type PendingCommand, pendingKeyedCommand } from "../settlement/pendingCommand.ts";
import { inGroups } from "./inGroups.ts";

export type KeyedCommandsOptions<State, Command, Event extends DomainEvent> = {
  readonly aggregateType: string;
  /** The stored answer of each key, in their order. */
  readonly findAnswers: (scopes: readonly KeyScope[]) => Promise<readonly (StoredAnswer | undefined)[]>;
  /** Most keys in one look-up. */
  readonly maxGroup: number;
  /** Where a command goes whose key has no answer. Throws `CommandFailedError`. */
  readonly submit: (command: PendingCommand<State, Command, Event>) => void;
  /** Throws `CommandFailedError` if a process in which this many commands with a key wait takes no more of them. */
  readonly requireRoom: (waiting: number) => void;
};

export type KeyedCommands<State, Command, Event extends DomainEvent> = {
  readonly handleOnce: (request: CommandRequest<State, Command, Event>, once: Once<Event>) => Promise<OnceResult>;
  /** Resolves when every key that is being looked up or carried out now has its outcome. */
  readonly settled: () => Promise<void>;
};

/**
 * Commands with an idempotency key: the key's answer is looked up, and a command without one is
 * submitted. Within a process only one command of a key is under way at a time, so that no
 * transaction has a key twice; the next one then finds the answer.
 */
export const createKeyedCommands = <State, Command, Event extends DomainEvent>({
  aggregateType,
  findAnswers,
  maxGroup,
  submit,
  requireRoom,
}: KeyedCommandsOptions<State, Command, Event>): KeyedCommands<State, Command, Event> => {
  type Request = CommandRequest<State, Command, Event>;

  /** Commands with a key that have no outcome yet. */
  let waiting = 0;
  /** The command that is under way, by aggregate and key. */
  const underWay = new Map<string, Promise<OnceResult>>();
  // Looked up before the command waits for a transaction, so that keys cost commands without a key no round trip.
  const findAnswer = inGroups(findAnswers, { maxGroup });

  const handleOnce = async (request: Request, once: Once<Event>): Promise<OnceResult> => {
    requireRoom(waiting);
    const name = `${request.aggregateId}/${once.key}`;
    waiting += 1;
    try {
      for (let earlier = underWay.get(name); earlier !== undefined; earlier = underWay.get(name)) await earlier.catch(ignore);
      // Only until the process stops is the database certain to be there.
      requireRoom(0);
      const outcome = answerOnce(request, once);
      underWay.set(name, outcome);
      return await outcome.finally(() => underWay.delete(name));
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
    const { stored, replayed } = await new Promise<KeyedAnswer>((resolve, reject) => {
      submit(pendingKeyedCommand(request, { scope, once }, resolve, reject));
    });
    return toResult(once, stored, replayed);
  };

  return { handleOnce, settled: async () => void (await Promise.allSettled(underWay.values())) };
};

/** Throws `IdempotencyKeyReusedError` for the answer to another request. */
const toResult = <Event extends DomainEvent>(once: Once<Event>, stored: StoredAnswer, replayed: boolean): OnceResult => {
  if (!stored.requestHash.equals(once.requestHash)) throw new IdempotencyKeyReusedError(once.key);
  return { version: stored.version, answer: stored.answer, replayed };
};

/** For a promise whose outcome is another caller's. */
const ignore = (): void => undefined;
