import type { DomainEvent, RecordedEvent } from "@cart/domain";
import type { LoadedStream } from "../streams/loadStreams.ts";
import type { CommandResult } from "./commandRequest.ts";

/** One command's outcome, decided but not yet stored. */
export type Decision<Event extends DomainEvent> =
  | { readonly kind: "accepted"; readonly result: CommandResult<Event> }
  | { readonly kind: "rejected"; readonly error: unknown };

export type DecidedStream<State, Event extends DomainEvent> = {
  /** The state before the commands. */
  readonly before: State;
  /** The stream after the commands. */
  readonly stream: LoadedStream<State>;
  /** The events of all commands, in the order of their versions. */
  readonly events: readonly RecordedEvent<Event>[];
  /** The id of the event before `events`; `undefined` for a new stream. */
  readonly follows?: string | undefined;
};

export type DecidedBatch<Entry, State, Event extends DomainEvent> = {
  /** One outcome for each entry, in the entries' order. */
  readonly outcomes: readonly { readonly entry: Entry; readonly decision: Decision<Event> }[];
  /** The streams by aggregate id. */
  readonly streams: ReadonlyMap<string, DecidedStream<State, Event>>;
};
