import type { DomainEvent, EventMetadata, Owner, RecordedEvent } from "@cart/domain";

/** The version that the caller expects, or several of which one must be the stream's, or `any` for a stream that has events. */
export type ExpectedVersion = number | readonly number[] | "any";

/** Whether a stream at this version is as the caller expects. Version 0 is a stream without events. */
export const isExpectedVersion = (expected: ExpectedVersion | undefined, version: number): boolean => {
  if (expected === undefined) return true;
  return expected === "any" ? version > 0 : [expected].flat().includes(version);
};

export type CommandRequest<State, Command, Event extends DomainEvent> = {
  readonly aggregateId: string;
  /** The command fails with `VersionMismatchError` if the stream is at another version. */
  readonly expectedVersion?: ExpectedVersion | undefined;
  /**
   * Whether the sender may see a stream with this owner; by default it may see all. A hidden stream appears empty to the
   * sender and accepts no events: the command fails as on an empty stream or, if it would succeed there, with
   * `StreamHiddenError`. The function must be pure; it is called with the owner in the state on which the command is decided.
   */
  readonly permits?: ((owner: Owner) => boolean) | undefined;
  /**
   * The sender's tenant; by default the sender may know of every tenant's archived streams. A stream that was archived for another
   * tenant is hidden, as `permits` hides one. Only its tenant is known, because its owner is in the archive.
   */
  readonly senderTenantId?: string | undefined;
  readonly metadata: EventMetadata;
} & (CommandOnOne<Command> | CommandOnTwo<State, Event>);

/** A command that the aggregate's decider decides. */
export type CommandOnOne<Command> = { readonly command: Command };

/** A command that is decided on two streams of the same category and stored in one transaction: both change or neither. */
export type CommandOnTwo<State, Event> = {
  /** The id of the second stream. It must differ from `aggregateId`, or `decide` must refuse it. */
  readonly otherId: string;
  /**
   * Pure, like a decider's `decide`. It returns events for both streams or for neither, because a concurrent change of
   * a stream without new events would not be detected.
   */
  readonly decide: (
    own: StateAtVersion<State>,
    other: StateAtVersion<State>,
  ) => { readonly own: readonly Event[]; readonly other: readonly Event[] };
};

/** The state of a stream after `version` events. */
export type StateAtVersion<State> = { readonly state: State; readonly version: number };

/** A command that is prepared once it is known that its idempotency key has no stored answer. Its request must be to the same aggregate. */
export type PreparedLater<State, Command, Event extends DomainEvent> = {
  readonly aggregateId: string;
  /** If it rejects, the command fails with the same error, and its key is not used up. */
  readonly prepare: () => Promise<CommandRequest<State, Command, Event>>;
};

/** Returns the ids of the streams that the command reads, beginning with the stream to which it was sent. */
export const streamIdsOf = <State, Command, Event extends DomainEvent>(request: CommandRequest<State, Command, Event>): readonly string[] =>
  "command" in request ? [request.aggregateId] : [request.aggregateId, request.otherId];

/** The result of a command on one stream. */
export type StreamResult<Event extends DomainEvent> = {
  readonly aggregateId: string;
  /** The stream's version after this command. */
  readonly version: number;
  /** The events that this command appended; empty if it changed nothing. */
  readonly events: readonly RecordedEvent<Event>[];
};

export type CommandResult<Event extends DomainEvent> = StreamResult<Event> & {
  /** The result on the second stream, if the command is on two. */
  readonly other?: StreamResult<Event>;
};

/** Makes a command be executed once, however often it is sent. */
export type Once<Event extends DomainEvent> = {
  /** The client's key, unique within the aggregate: 1 to 255 visible ASCII characters. */
  readonly key: string;
  /** SHA-256 of everything by which two requests count as the same. */
  readonly requestHash: Buffer;
  /** Writes the answer that is stored and replayed. It must be pure, because it may be called for a command that is then decided again. */
  readonly answer: (result: CommandResult<Event>) => string;
};

export type OnceResult = {
  /** The stream's version after the command. */
  readonly version: number;
  readonly answer: string;
  /** Whether this is the stored answer to an earlier request; this request then changed nothing. */
  readonly replayed: boolean;
};
