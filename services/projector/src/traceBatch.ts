import { noTracer, type Span, type Tracer } from "@cart/process-kit";
import type { IncomingMessage } from "./projection/incomingMessage.ts";
import type { BatchResult } from "./projection/projectBatch.ts";

/**
 * Runs the transaction of a batch within a span for each of its events, in the trace
 * of the request that caused the event. A span ends when the transaction does, so it
 * says when the event was there to be read; one that became a dead letter has failed.
 */
export const traceBatch = async (
  tracer: Tracer,
  incoming: readonly IncomingMessage[],
  work: () => Promise<BatchResult>,
): Promise<BatchResult> => {
  // Nothing is made for thousands of events when nobody traces them.
  if (tracer === noTracer) return work();
  const spans = incoming.map((one) => startSpan(tracer, one));
  try {
    const result = await work();
    const buried = new Map<unknown, string>(result.deadLetters.map(({ message, code, reason }) => [message, `${code}: ${reason}`]));
    for (const [index, span] of spans.entries()) {
      const reason = buried.get(incoming[index]?.message);
      span?.end(reason === undefined ? undefined : new Error(reason));
    }
    return result;
  } catch (error) {
    for (const span of spans) span?.end(error);
    throw error;
  }
};

const startSpan = (tracer: Tracer, incoming: IncomingMessage): Span | undefined => {
  // A message that cannot be read belongs to no trace.
  if (incoming.kind === "UNREADABLE") return undefined;
  const { envelope, message } = incoming;
  return tracer.startSpan(`project ${envelope.event.type}`, {
    kind: "consumer",
    parent: envelope.metadata.traceparent,
    attributes: {
      "messaging.system": "kafka",
      "messaging.destination.name": message.topic,
      "messaging.destination.partition.id": message.partition,
      "messaging.kafka.offset": message.offset,
      "cart.id": envelope.aggregateId,
      "cart.version": envelope.version,
    },
  });
};
