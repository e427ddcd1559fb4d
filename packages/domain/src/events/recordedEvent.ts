import type { DomainEvent } from "./eventCatalog.ts";

export type EventMetadata = {
  /** Shared by everything that one client request caused. */
  readonly correlation_id: string;
  /** The command or event that caused this one. */
  readonly causation_id: string;
  /** The user or system that sent the command, if known. */
  readonly actor?: string;
  /** W3C trace context of the request. */
  readonly traceparent?: string;
};

/** An event with its place in its stream: what the store returns and Kafka carries. */
export type RecordedEvent<Event extends DomainEvent = DomainEvent> = {
  /** UUIDv7. */
  readonly eventId: string;
  readonly aggregateType: string;
  /** UUID. */
  readonly aggregateId: string;
  /** 1 for the first event of the stream, without gaps. */
  readonly version: number;
  readonly schemaVersion: number;
  readonly occurredAt: Date;
  readonly metadata: EventMetadata;
  readonly event: Event;
};
