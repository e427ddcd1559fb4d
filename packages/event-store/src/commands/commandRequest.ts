import type { DomainEvent, EventMetadata, RecordedEvent } from "@cart/domain";

/** The version that the caller has seen, or `any` for a stream that has events. */
export type ExpectedVersion = number | "any";

export type CommandRequest<State, Command, Event extends DomainEvent> = {
  readonly aggregateId: string;
  /** Any other version of the stream fails with `VersionMismatchError`. */
  readonly expectedVersion?: ExpectedVersion | undefined;
  /**
   * Whether the sender may know of a stream with this state; of every one when left out. A stream that it may not know
   * of is to it as one without events, and takes none from it: then the command fails as it would there, or else with
   * `StreamHiddenError`. Pure, and asked about the very state that is decided on.
   */
  readonly permits?: ((state: State) => boolean) | undefined;
  readonly metadata: EventMetadata;
} & (CommandOnOne<Command> | CommandOnTwo<State, Event>);

/** Decided by the aggregate's decider. */
export type CommandOnOne<Command> = { readonly command: Command };

/** Decided on this stream and another one of the same kind, and stored in one transaction: both change or neither. */
export type CommandOnTwo<State, Event> = {
  /** Not `aggregateId`, or `decide` refuses it. */
  readonly otherId: string;
  /** Pure, as a decider's `decide`. Returns events for both or for none: a stream that gets none is not checked for having moved on. */
  readonly decide: (state: State, other: State) => { readonly own: readonly Event[]; readonly other: readonly Event[] };
};

/** What a command did to one stream. */
export type StreamResult<Event extends DomainEvent> = {
  readonly aggregateId: string;
  /** Of the stream after this command. */
  readonly version: number;
  /** What this command appended. Empty when it changed nothing. */
  readonly events: readonly RecordedEvent<Event>[];
};

export type CommandResult<Event extends DomainEvent> = StreamResult<Event> & {
  /** Of a command on two streams. */
  readonly other?: StreamResult<Event>;
};
