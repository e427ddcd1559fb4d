import type { DomainEvent, EventMetadata, RecordedEvent } from "@cart/domain";

/** The version that the caller has seen, or `any` for a stream that has events. */
export type ExpectedVersion = number | "any";

export type CommandRequest<State, Command, Event extends DomainEvent> = {
  readonly aggregateId: string;
  /** Any other version of the stream fails with `VersionMismatchError`. */
  readonly expectedVersion?: ExpectedVersion | undefined;
  /**
   * Whether the sender may see a stream in this state; by default it may see all. A hidden stream looks empty to the
   * sender and accepts no events: the command fails as on an empty stream or, if it would succeed there, with
   * `StreamHiddenError`. Pure, and asked about the very state that is decided on.
   */
  readonly permits?: ((state: State) => boolean) | undefined;
  readonly metadata: EventMetadata;
} & (CommandOnOne<Command> | CommandOnTwo<State, Event>);

/** Decided by the aggregate's decider. */
export type CommandOnOne<Command> = { readonly command: Command };

/** Decided on this stream and another one of the same kind, and stored in one transaction: both change or neither. */
export type CommandOnTwo<State, Event> = {
  /** Must not be `aggregateId`, or `decide` must refuse it. */
  readonly otherId: string;
  /** Pure, like a decider's `decide`. Returns events for both or for none: a stream without events is not checked for having moved on. */
  readonly decide: (state: State, other: State) => { readonly own: readonly Event[]; readonly other: readonly Event[] };
};

/** The streams that the command reads, the one that it is sent to first. */
export const streamIdsOf = <State, Command, Event extends DomainEvent>(request: CommandRequest<State, Command, Event>): readonly string[] =>
  "command" in request ? [request.aggregateId] : [request.aggregateId, request.otherId];

/** What a command did to one stream. */
export type StreamResult<Event extends DomainEvent> = {
  readonly aggregateId: string;
  /** The stream's version after this command. */
  readonly version: number;
  /** What this command appended; empty if it changed nothing. */
  readonly events: readonly RecordedEvent<Event>[];
};

export type CommandResult<Event extends DomainEvent> = StreamResult<Event> & {
  /** The result on the other stream of a command on two. */
  readonly other?: StreamResult<Event>;
};

/** Makes a command one that is carried out once, however often it is sent. */
export type Once<Event extends DomainEvent> = {
  /** The client's key, unique within the aggregate: 1 to 255 visible ASCII characters. */
  readonly key: string;
  /** SHA-256 of everything that makes it the same request. */
  readonly requestHash: Buffer;
  /** Writes the answer that is stored and given again. Pure; it may be called for a command that is then decided again. */
  readonly answer: (result: CommandResult<Event>) => string;
};

export type OnceResult = {
  /** The stream's version after the command. */
  readonly version: number;
  readonly answer: string;
  /** Whether this is the stored answer to an earlier request, and this one changed nothing. */
  readonly replayed: boolean;
};
