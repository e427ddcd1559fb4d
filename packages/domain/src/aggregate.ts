import type { Decider } from "./decider.ts";
import type { DomainEvent } from "./events/eventCatalog.ts";
import type { EventCodec } from "./events/eventCodec.ts";
import type { PersonalFields } from "./events/personalFields.ts";
import type { Ownership } from "./ownership.ts";

/** Tells how an aggregate's state is stored beside its stream, so that a long stream need not be folded from its first event. */
export type SnapshotPolicy<State> = {
  /** Raise this version whenever the state gets or loses a member: older snapshots are then ignored, and the stream is folded. */
  readonly schemaVersion: number;
  /** Events since the last snapshot with which the next one is due. */
  readonly everyEvents: number;
  readonly toJson: (state: State) => unknown;
  readonly fromJson: (json: unknown) => State;
};

/** Everything that an event store needs to know about a type of aggregate. */
export type Aggregate<State, Command, Event extends DomainEvent> = {
  /** The name under which its streams are stored and published. */
  readonly type: string;
  readonly decider: Decider<State, Command, Event>;
  readonly codec: EventCodec<Event>;
  readonly snapshots: SnapshotPolicy<State>;
  /** Returns the tenant of an aggregate, which never changes; `undefined` for one without events. The first event has it as `tenant_id`. */
  readonly tenantOf: (state: State) => string | undefined;
  /** How its owner is found, if it has one. */
  readonly ownership?: Ownership<State, Event>;
  /** Which fields of its events are personal; they are its owner's. Left out if no event is about a person. */
  readonly personalFields?: PersonalFields<Event>;
  /** Estimates the memory that a state takes, in bytes: rather too much than too little, because caches are bounded by it. */
  readonly memoryBytes: (state: State) => number;
};
