import type { EventMetadata } from "@cart/domain";

/*
 * The messages are CloudEvents 1.0 in the binary mode of the Kafka binding: the
 * attributes are headers, and the value is the event's JSON alone. Other programs read
 * the headers, so no header may change its name or meaning. `@cart/events` decodes them.
 */

/** An event from the outbox. `data` is its JSON as text, so that the relay need not parse it. */
export type EventToPublish = {
  /** UUIDv7. */
  readonly eventId: string;
  readonly eventType: string;
  readonly schemaVersion: number;
  readonly aggregateType: string;
  /** UUID in lower case. */
  readonly aggregateId: string;
  readonly version: number;
  readonly occurredAt: Date;
  readonly metadata: EventMetadata;
  readonly data: string;
  /** The id of the event store that the event comes from. */
  readonly eventStoreId?: string;
};

export type EventMessage = { readonly key: string; readonly value: string; readonly headers: Record<string, string> };

/** Encodes an event as a message. The actor is left out because it may be personal data, and no consumer needs it. */
export const encodeEventMessage = (event: EventToPublish): EventMessage => {
  const { metadata } = event;
  const headers: Record<string, string> = {
    ce_specversion: "1.0",
    ce_id: event.eventId,
    ce_type: event.eventType,
    ce_source: "/event-sourced-cart",
    ce_subject: event.aggregateId,
    ce_time: event.occurredAt.toISOString(),
    ce_aggregatetype: event.aggregateType,
    ce_aggregateversion: String(event.version),
    ce_schemaversion: String(event.schemaVersion),
    ce_correlationid: metadata.correlation_id,
    ce_causationid: metadata.causation_id,
    "content-type": "application/json",
  };
  if (event.eventStoreId !== undefined) headers["ce_eventstoreid"] = event.eventStoreId;
  if (metadata.traceparent !== undefined) headers["traceparent"] = metadata.traceparent;
  return { key: event.aggregateId, value: event.data, headers };
};
