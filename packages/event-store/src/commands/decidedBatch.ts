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

/** Returns the tenants of these streams, each once, as they are after the commands. */
export const tenantsOf = <State, Event extends DomainEvent>(
  tenantOf: (state: State) => string | undefined,
  streams: ReadonlyMap<string, DecidedStream<State, Event>>,
  aggregateIds: readonly string[],
): string[] => [
  ...new Set(
    aggregateIds.flatMap((id) => {
      const decided = streams.get(id);
      return decided === undefined ? [] : (tenantOf(decided.stream.state) ?? []);
    }),
  ),
];
