import type { DomainEvent } from "@cart/domain";
import type { KeyScope, StoredAnswer } from "../../idempotency/storedAnswer.ts";
import type { CommandRequest, CommandResult, Once } from "../commandRequest.ts";

/** An accepted command that is not answered yet. Exactly one of the ways to answer it is used. */
export type PendingCommand<State, Command, Event extends DomainEvent> = {
  readonly request: CommandRequest<State, Command, Event>;
  /** Returns the answer to store with the command's events, if any, and a function that answers the command after COMMIT. */
  readonly settle: (result: CommandResult<Event>) => Settlement;
  readonly reject: (error: unknown) => void;
  /** Set only for a command with an idempotency key. */
  readonly replay?: Replay;
};

export type Settlement = { readonly answer?: StoredAnswer; readonly send: () => void };

/** Answers the command with the stored answer of its key. */
export type Replay = { readonly scope: KeyScope; readonly send: (stored: StoredAnswer) => void };

export const pendingCommand = <State, Command, Event extends DomainEvent>(
  request: CommandRequest<State, Command, Event>,
  resolve: (result: CommandResult<Event>) => void,
  reject: (error: unknown) => void,
): PendingCommand<State, Command, Event> => ({ request, settle: (result) => ({ send: () => resolve(result) }), reject });

/** The answer to a command with a key, and whether an earlier request stored it. */
export type KeyedAnswer = { readonly stored: StoredAnswer; readonly replayed: boolean };

/** A command whose answer is stored under its idempotency key, in the transaction of its events. */
export const pendingKeyedCommand = <State, Command, Event extends DomainEvent>(
  request: CommandRequest<State, Command, Event>,
  { scope, once }: { readonly scope: KeyScope; readonly once: Once<Event> },
  resolve: (answer: KeyedAnswer) => void,
  reject: (error: unknown) => void,
): PendingCommand<State, Command, Event> => ({
  request,
  settle: (result) => {
    const stored = { ...scope, requestHash: once.requestHash, version: result.version, answer: once.answer(result) };
    return { answer: stored, send: () => resolve({ stored, replayed: false }) };
  },
  reject,
  replay: { scope, send: (stored) => resolve({ stored, replayed: true }) },
});
