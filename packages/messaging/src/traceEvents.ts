import { noTracer, type Span, type Tracer } from "@cart/process-kit";
import type { ConsumedMessage } from "./consumedMessage.ts";
import type { EventEnvelope } from "./eventMessage.ts";

type Attributes = Readonly<Record<string, string | number>>;

/** What the span of an event on its way through Kafka says of it, whether it is published or consumed. */
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

/** An event of a batch, with the message that brought it. */
export type TracedEvent = { readonly message: ConsumedMessage; readonly envelope: EventEnvelope };

export type TraceEventsOptions<Result> = {
  readonly tracer: Tracer;
  /** What is done with an event, the first word of its span's name: "project". */
  readonly verb: string;
  /** A message that cannot be read belongs to no trace: leave it out. */
  readonly events: readonly TracedEvent[];
  readonly work: () => Promise<Result>;
  /** Of the messages that the work did not carry out although it resolved, and why. */
  readonly failuresOf?: (result: Result) => ReadonlyMap<ConsumedMessage, string>;
};

/**
 * Runs the transaction of a batch within a span for each of its events, in the trace
 * of the request that caused the event. A span ends when the transaction does, so it
 * says when the event had its effect.
 */
export const traceEvents = async <Result>({ tracer, verb, events, work, failuresOf }: TraceEventsOptions<Result>): Promise<Result> => {
  // Nothing is made for thousands of events when nobody traces them.
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
