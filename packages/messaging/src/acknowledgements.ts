import type { RecordMetadata } from "kafkajs";

/** How many messages of a request belong to each partition of each topic. */
export type SentMessages = ReadonlyMap<string, ReadonlyMap<number, number>>;

/**
 * Kafka's client reported a request as done, but the acknowledgements do not confirm it. Any of the
 * messages may be missing from the topic, so send all of them again.
 */
export class UnacknowledgedError extends Error {
  override readonly name = "UnacknowledgedError";
}

export type AcknowledgementCheck = (sent: SentMessages, acknowledgements: readonly RecordMetadata[]) => void;

/**
 * Creates a check for the requests that one producer sends one after another. The check throws an
 * `UnacknowledgedError` unless every partition of the request has exactly one acknowledgement,
 * without an error and with a new offset for its first message, and no other partition has any.
 *
 * - A second acknowledgement is refused because it means that messages were sent twice, or that
 *   answers were mixed up. Sending again may duplicate messages; trusting the answer may lose them.
 * - An offset of an earlier request is refused because a broker answers with it if, by their
 *   sequence numbers, it mistakes the messages for that request's and writes nothing.
 */
export const createAcknowledgementCheck = (): AcknowledgementCheck => {
  /** The offset after the last acknowledged message of each partition. */
  const ends = new Map<string, bigint>();

  return (sent, acknowledgements) => {
    const missing = new Map([...sent].map(([topic, counts]) => [topic, new Set(counts.keys())]));
    for (const { topicName, partition, errorCode, baseOffset } of acknowledgements) {
      const where = `partition ${partition} of ${topicName}`;
      const count = sent.get(topicName)?.get(partition);
      if (count === undefined) throw new UnacknowledgedError(`Kafka acknowledged ${where}, which was not sent`);
      if (errorCode !== 0) throw new UnacknowledgedError(`Kafka answered for ${where} with error code ${errorCode}`);
      if (!isOffset(baseOffset)) throw new UnacknowledgedError(`Kafka acknowledged ${where} without the offset of its messages`);
      if (missing.get(topicName)?.delete(partition) !== true) throw new UnacknowledgedError(`Kafka acknowledged ${where} twice`);
      const offset = BigInt(baseOffset);
      if (offset < (ends.get(where) ?? 0n))
        throw new UnacknowledgedError(`Kafka acknowledged ${where} with the offset of an earlier request`);
      ends.set(where, offset + BigInt(count));
    }
    for (const [topic, partitions] of missing) {
      if (partitions.size > 0)
        throw new UnacknowledgedError(`Kafka did not acknowledge partition ${[...partitions].join(", ")} of ${topic}`);
    }
  };
};

/** Kafka uses -1 for an unknown offset. */
const isOffset = (text: string | undefined): text is string => text !== undefined && /^\d+$/.test(text);
