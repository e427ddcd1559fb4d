import type { ICustomPartitioner, Kafka, Message, Producer } from "kafkajs";
import { type AcknowledgementCheck, createAcknowledgementCheck, type SentMessages, UnacknowledgedError } from "./acknowledgements.ts";
import { connected } from "./connected.ts";
import type { EventMessage } from "./eventMessage.ts";
import { explained, isTooLarge, TopicSettingsError } from "./kafkaErrors.ts";
import { partitionByKey } from "./partitionByKey.ts";

export type TopicMessages = { readonly topic: string; readonly messages: readonly EventMessage[] };

/**
 * Writes messages so that messages with the same key keep their order.
 *
 * - `send` resolves when every partition of the batch has acknowledged its messages,
 *   that is, when all in-sync replicas have every message. If it rejects, any of the
 *   messages may have been written, or may be written a little later: send them all
 *   again, in the same order, before any later message. Consumers then see duplicates,
 *   and the first occurrences of the messages are in order.
 * - Calls are executed one after another, in the order in which they were made. A
 *   failed call does not stop later calls, so do not send the next event of an aggregate
 *   before the call with its previous event has resolved.
 * - The partition is murmur2 of the key, as in the Java client.
 *
 * A request that is within `maxRequestBytes` and refused for its size is the topic's fault
 * (`TopicSettingsError`), not a message's.
 *
 * For errors see `isBrokerUnavailable` and `isMessageRejected`. The producer keeps
 * working after both.
 */
export type EventProducer = {
  /** Connects before the first `send`, which would otherwise connect. */
  readonly connect: () => Promise<void>;
  readonly send: (batch: readonly TopicMessages[]) => Promise<void>;
  /** Disconnects after the earlier calls are done. */
  readonly disconnect: () => Promise<void>;
};

export type EventProducerOptions = {
  /**
   * Upper limit of one request in bytes. A partition's part of it is one record batch, so the
   * limit must be below the broker's `message.max.bytes` for a record batch (1,048,588). A
   * larger message is sent alone, and the broker accepts or rejects it.
   */
  readonly maxRequestBytes?: number;
};

export const createEventProducer = (kafka: Kafka, { maxRequestBytes = 900_000 }: EventProducerOptions = {}): EventProducer => {
  const recorder = createPartitionRecorder();
  let opened: OpenProducer | undefined;
  let last: Promise<unknown> = Promise.resolve();

  /** Runs calls one after another, because kafkajs retries each call separately and a later call could overtake an earlier one. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };

  const open = async (): Promise<OpenProducer> => {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: recorder.createPartitioner,
    });
    await connected(producer).catch((error: unknown) => {
      throw explained(error);
    });
    // A new check for each producer, because after a loss of data in Kafka the offsets begin again.
    return { producer, assertAcknowledged: createAcknowledgementCheck() };
  };

  /*
   * After a failed call it is unknown whether the broker wrote the messages, and therefore which
   * sequence number it expects next. If another batch of the same length reused a sequence number,
   * the broker would take it for the first batch, acknowledge it and never write it. So the
   * producer id is abandoned together with its sequence numbers.
   */
  const abandon = (producer: Producer): void => {
    opened = undefined;
    producer.disconnect().catch(() => undefined);
  };

  return {
    connect: () => inTurn(async () => void (opened ??= await open())),
    send: (batch) =>
      inTurn(async () => {
        const { producer, assertAcknowledged } = (opened ??= await open());
        try {
          for (const topicMessages of requestsOf(batch, maxRequestBytes)) {
            recorder.clear();
            const acknowledgements = await producer.sendBatch({ acks: -1, topicMessages }).catch((error: unknown) => {
              throw isTooLarge(error) && bytesOf(topicMessages) <= maxRequestBytes ? tooSmallTopic(topicMessages) : error;
            });
            assertAcknowledged(recorder.countsOf(topicMessages), acknowledgements);
          }
        } catch (error) {
          abandon(producer);
          throw explained(error);
        }
      }),
    disconnect: () =>
      inTurn(async () => {
        await opened?.producer.disconnect();
        opened = undefined;
      }),
  };
};

type OpenProducer = { readonly producer: Producer; readonly assertAcknowledged: AcknowledgementCheck };

/**
 * Remembers the partition of each message of a request, so that the acknowledgements can be
 * compared with the request, whatever kafkajs made of it.
 */
const createPartitionRecorder = () => {
  const choose = partitionByKey();
  const chosen = new Map<string, Map<Message, number>>();
  return {
    createPartitioner: (): ReturnType<ICustomPartitioner> => (args) => {
      const { topic, message } = args;
      const partition = choose(args);
      const partitions = chosen.get(topic) ?? new Map<Message, number>();
      chosen.set(topic, partitions.set(message, partition));
      return partition;
    },
    clear: () => chosen.clear(),
    /** Counts the messages by topic and partition. Throws an `UnacknowledgedError` for a message without a partition, which cannot have been sent. */
    countsOf: (request: Request): SentMessages => {
      const sent = new Map<string, Map<number, number>>();
      for (const { topic, messages } of request) {
        const counts = sent.get(topic) ?? new Map<number, number>();
        sent.set(topic, counts);
        for (const message of messages) {
          const partition = chosen.get(topic)?.get(message);
          if (partition === undefined) throw new UnacknowledgedError(`a message for ${topic} was not assigned to a partition`);
          counts.set(partition, (counts.get(partition) ?? 0) + 1);
        }
      }
      return sent;
    },
  };
};

type Request = { readonly topic: string; readonly messages: EventMessage[] }[];

/** Splits a batch into requests of at most `maxBytes`, in order. */
const requestsOf = (batch: readonly TopicMessages[], maxBytes: number): Request[] => {
  const requests: Request[] = [];
  let request: Request = [];
  let bytes = 0;
  for (const { topic, messages } of batch) {
    let open: EventMessage[] | undefined;
    for (const message of messages) {
      const size = sizeOf(message);
      if (request.length === 0 || bytes + size > maxBytes) {
        requests.push((request = []));
        bytes = 0;
        open = undefined;
      }
      if (open === undefined) request.push({ topic, messages: (open = []) });
      open.push(message);
      bytes += size;
    }
  }
  return requests;
};

const bytesOf = (request: Request): number =>
  request.flatMap(({ messages }) => messages).reduce((bytes, message) => bytes + sizeOf(message), 0);

/** Every topic has to accept a request within the limit, so a refusal is the topic's fault and no message's. */
const tooSmallTopic = (request: Request): TopicSettingsError =>
  new TopicSettingsError(
    `Kafka refuses ${bytesOf(request)} bytes for ${request.map(({ topic }) => topic).join(", ")}`,
    "max.message.bytes of the topic, or message.max.bytes of the brokers, has to be at least 1048588",
  );

/** Returns the size of the message on the wire in bytes, slightly overestimated. */
const sizeOf = ({ key, value, headers }: EventMessage): number => {
  let size = recordBytes + Buffer.byteLength(key) + Buffer.byteLength(value);
  for (const [name, text] of Object.entries(headers)) size += headerBytes + Buffer.byteLength(name) + Buffer.byteLength(text);
  return size;
};

/** Bytes of a record besides its key, value and headers: three lengths, the offset, the time and the number of headers. */
const recordBytes = 32;

/** Bytes of the two lengths of a header. */
const headerBytes = 6;
