import { type FailedAttempt, type OutboxRow, parseMetadata } from "@cart/event-store";
import type { Span, Tracer } from "@cart/process-kit";
import {
  encodeEventMessage,
  eventAttributes,
  type EventMessage,
  type EventProducer,
  isBrokerUnavailable,
  topicOf,
  type Topics,
} from "@cart/messaging";

export type PublishOutcome = {
  /** Rows that Kafka has acknowledged. */
  readonly published: readonly OutboxRow[];
  /** At most one failure for each aggregate, whose later rows were not sent. */
  readonly failures: readonly FailedAttempt[];
};

type Encoded = { readonly row: OutboxRow; readonly topic: string; readonly message: EventMessage; readonly span: Span };

/** Rows that are ready to be sent, each aggregate's in order, and the rows that could not be encoded, by aggregate. */
export type EncodedRows = { readonly encoded: readonly Encoded[]; readonly failures: ReadonlyMap<string, FailedAttempt> };

export type Publisher = {
  /** The producer for the topic of an aggregate type. Each topic has its own, so that none waits for another. */
  readonly producerFor: (aggregateType: string) => EventProducer;
  readonly topics: Topics;
  readonly tracer: Tracer;
};

/** Encodes rows as messages. A row that cannot be encoded stops its own aggregate only. Never throws. */
export const encodeRows = ({ topics, tracer }: Publisher, rows: readonly OutboxRow[]): EncodedRows => {
  const encoded: Encoded[] = [];
  const failures = new Map<string, FailedAttempt>();
  for (const row of rows) {
    if (failures.size > 0 && failures.has(aggregateOf(row))) continue;
    try {
      encoded.push(encode(row, topics, tracer));
    } catch (error) {
      failures.set(aggregateOf(row), { row, error: textOf(error) });
    }
  }
  return { encoded, failures };
};

/** Splits rows by their aggregate type, and so by their topic. */
export const byAggregateType = ({ encoded, failures }: EncodedRows): ReadonlyMap<string, EncodedRows> => {
  const types = new Set([...encoded, ...failures.values()].map(({ row }) => row.aggregateType));
  const partOf = (type: string): EncodedRows => ({
    encoded: encoded.filter(({ row }) => row.aggregateType === type),
    failures: new Map([...failures].filter(([, { row }]) => row.aggregateType === type)),
  });
  return new Map([...types].map((type) => [type, partOf(type)]));
};

/**
 * Publishes rows of one topic, each aggregate's in the given order. A row that Kafka rejects
 * stops its own aggregate only. Throws if Kafka or the topic is unavailable: that is no row's
 * fault, and any of the rows may have been written.
 */
export const publishRows = async ({ producerFor }: Publisher, { encoded, failures }: EncodedRows): Promise<PublishOutcome> => {
  const [first] = encoded;
  if (first === undefined) return { published: [], failures: [...failures.values()] };
  const producer = producerFor(first.row.aggregateType);
  try {
    await send(producer, encoded);
    return { published: encoded.map(({ row }) => row), failures: [...failures.values()] };
  } catch (error) {
    if (isBrokerUnavailable(error)) throw error;
    return publishOneByOne(producer, encoded, failures);
  }
};

/** Finds the rows at fault. Some rows may be in Kafka already; sending them again makes duplicates and keeps the order. */
const publishOneByOne = async (
  producer: EventProducer,
  encoded: readonly Encoded[],
  failures: EncodedRows["failures"],
): Promise<PublishOutcome> => {
  const published: OutboxRow[] = [];
  const refused = new Map<string, FailedAttempt>();
  for (const each of encoded) {
    const aggregate = aggregateOf(each.row);
    if (refused.has(aggregate)) continue;
    try {
      await send(producer, [each]);
      published.push(each.row);
    } catch (error) {
      if (isBrokerUnavailable(error)) throw error;
      refused.set(aggregate, { row: each.row, error: textOf(error) });
    }
  }
  // A row that Kafka rejected comes before the row of the same aggregate that could not be encoded, so it is the one to record.
  return { published, failures: [...new Map([...failures, ...refused]).values()] };
};

const encode = (row: OutboxRow, topics: Topics, tracer: Tracer): Encoded => {
  const topic = topicOf(row.aggregateType, topics);
  if (topic === undefined) throw new Error(`no topic for the aggregate type "${row.aggregateType}"`);
  const metadata = parseMetadata(JSON.parse(row.metadata));
  const span = tracer.startSpan(`publish ${row.eventType}`, {
    kind: "producer",
    parent: metadata.traceparent,
    attributes: eventAttributes(topic, row),
  });
  const { traceparent = metadata.traceparent } = span;
  const message = encodeEventMessage({
    ...row,
    occurredAt: row.createdAt,
    metadata: traceparent === undefined ? metadata : { ...metadata, traceparent },
  });
  return { row, topic, message, span };
};

const send = async (producer: EventProducer, encoded: readonly Encoded[]): Promise<void> => {
  const byTopic = new Map<string, EventMessage[]>();
  for (const { topic, message } of encoded) {
    const messages = byTopic.get(topic);
    if (messages === undefined) byTopic.set(topic, [message]);
    else messages.push(message);
  }
  if (byTopic.size === 0) return;
  try {
    await producer.send([...byTopic].map(([topic, messages]) => ({ topic, messages })));
    for (const { span } of encoded) span.end();
  } catch (error) {
    // Rows that are sent again one by one end their span twice; the second end has no effect.
    for (const { span } of encoded) span.end(error);
    throw error;
  }
};

const aggregateOf = ({ aggregateType, aggregateId }: OutboxRow): string => `${aggregateType}/${aggregateId}`;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
