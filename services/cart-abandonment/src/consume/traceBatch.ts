import { noTracer, type Tracer } from "@cart/process-kit";
import type { Incoming } from "./readMessage.ts";

/** Runs the transaction of a batch within a span for each of its events, in the trace of the request that caused the event. */
export const traceBatch = async <T>(tracer: Tracer, incoming: readonly Incoming[], work: () => Promise<T>): Promise<T> => {
  // Nothing is made for thousands of events when nobody traces them.
  if (tracer === noTracer) return work();
  const spans = incoming.flatMap((one) => {
    if (one.kind !== "CART_EVENT") return [];
    const { envelope, message } = one;
    const attributes = {
      "messaging.system": "kafka",
      "messaging.destination.name": message.topic,
      "messaging.destination.partition.id": message.partition,
      "messaging.kafka.offset": message.offset,
      "cart.id": envelope.aggregateId,
      "cart.version": envelope.version,
    };
    return [
      tracer.startSpan(`set timer by ${envelope.event.type}`, { kind: "consumer", parent: envelope.metadata.traceparent, attributes }),
    ];
  });
  try {
    const result = await work();
    for (const span of spans) span.end();
    return result;
  } catch (error) {
    for (const span of spans) span.end(error);
    throw error;
  }
};
