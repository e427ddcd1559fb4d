import type { EventEnvelope } from "@cart/events";
import { noTracer, type Span, type Tracer } from "@cart/process-kit";
import type { ConsumedMessage } from "./consumedMessage.ts";

type Attributes = Readonly<Record<string, string | number>>;

/** Returns the span attributes of an event that is published to or consumed from Kafka. */
export const eventAttributes = (
  topic: string,
  { aggregateType, aggregateId, version }: { readonly aggregateType: string; readonly aggregateId: string; readonly version: number },
): Attributes => ({
  "messaging.system": "kafka",
  "messaging.destination.name": topic,
  "aggregate.type": aggregateType,
  "aggregate.id": aggregateId,
  "aggregate.version": version,
});

/** An event of a batch, with its message. */
export type TracedEvent = { readonly message: ConsumedMessage; readonly envelope: EventEnvelope };

export type TraceEventsOptions<Result> = {
  readonly tracer: Tracer;
  /** The first word of the span's name, which says how the event is handled: "project". */
  readonly verb: string;
  /** The events to trace. Leave out unreadable messages, because they belong to no trace. */
  readonly events: readonly TracedEvent[];
  readonly work: () => Promise<Result>;
  /** Returns the messages that the work did not handle although it resolved, with the reasons. */
  readonly failuresOf?: (result: Result) => ReadonlyMap<ConsumedMessage, string>;
};

/**
 * Runs the transaction of a batch with a span for each of its events, in the trace of
 * the request that caused the event. A span ends with the transaction, so its end is
 * the time at which the event took effect.
 */
export const traceEvents = async <Result>({ tracer, verb, events, work, failuresOf }: TraceEventsOptions<Result>): Promise<Result> => {
  // Without tracing, create no objects for thousands of events.
  if (tracer === noTracer) return work();
  const spans = events.map((event) => ({ message: event.message, span: startSpan(tracer, verb, event) }));
  try {
    const result = await work();
    const failures = failuresOf?.(result);
    for (const { message, span } of spans) {
      const reason = failures?.get(message);
      span.end(reason === undefined ? undefined : new Error(reason));
    }
    return result;
  } catch (error) {
    for (const { span } of spans) span.end(error);
    throw error;
  }
};

const startSpan = (tracer: Tracer, verb: string, { envelope, message }: TracedEvent): Span =>
  tracer.startSpan(`${verb} ${envelope.event.type}`, {
    kind: "consumer",
    parent: envelope.metadata.traceparent,
    attributes: {
      ...eventAttributes(message.topic, envelope),
      "messaging.destination.partition.id": message.partition,
      "messaging.kafka.offset": message.offset,
    },
  });
