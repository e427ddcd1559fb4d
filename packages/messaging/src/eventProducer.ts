import type { ICustomPartitioner, Kafka, Message, Producer } from "kafkajs";
import { type AcknowledgementCheck, createAcknowledgementCheck, type SentMessages, UnacknowledgedError } from "./acknowledgements.ts";
import type { EventMessage } from "./eventMessage.ts";
import { explained } from "./kafkaErrors.ts";
import { partitionByKey } from "./partitionByKey.ts";

export type TopicMessages = { readonly topic: string; readonly messages: readonly EventMessage[] };

/**
 * Writes messages so that those with one key keep their order.
 *
 * - `send` resolves when every partition to which it sent messages has acknowledged
 *   them, that is, when all in-sync replicas have every message. When it
 *   rejects, any of the messages may have been written, or be written a little
 *   later: send them all again, in the same order, before anything that follows
 *   them. Consumers then see duplicates, and each message's first occurrence in order.
 * - Calls are carried out one after another, in the order in which they were made.
 *   One that fails does not stop those behind it: so do not send the next event of an
 *   aggregate before the call with the one before it has resolved.
 * - The partition is murmur2 of the key, as in the Java client.
 *
 * Errors: see `isBrokerUnavailable` and `isMessageRejected`. After either the
 * producer goes on working.
 */
export type EventProducer = {
  /** Connects ahead of the first `send`, which otherwise does it. */
  readonly connect: () => Promise<void>;
  readonly send: (batch: readonly TopicMessages[]) => Promise<void>;
  /** Resolves when the calls before it are done. */
  readonly disconnect: () => Promise<void>;
};

export type EventProducerOptions = {
  /**
   * Bound of one request, of which a topic's partition gets one record batch: below
   * the broker's `message.max.bytes` (1,048,588), which is for a record batch. A
   * message larger than this is sent alone, and the broker judges it.
   */
  readonly maxRequestBytes?: number;
};

export const createEventProducer = (kafka: Kafka, { maxRequestBytes = 900_000 }: EventProducerOptions = {}): EventProducer => {
  const recorder = createPartitionRecorder();
  let opened: OpenProducer | undefined;
  let last: Promise<unknown> = Promise.resolve();

  /** kafkajs retries calls on their own, so two calls at once could overtake each other. */
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
    try {
      await producer.connect();
    } catch (error) {
      throw explained(error);
    }
    // A check of its own, because after a loss of data in Kafka its offsets begin again.
    return { producer, assertAcknowledged: createAcknowledgementCheck() };
  };

  /*
   * After a failed call nobody knows whether the broker wrote the messages, and so which
   * sequence number it expects next. Under a number that it has, another batch of the same
   * length would be taken for the first one and acknowledged, but never written. So the
   * producer id, and its numbers, are given up.
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
            const acknowledgements = await producer.sendBatch({ acks: -1, topicMessages });
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
 * Remembers into which partition kafkajs puts each message of a request, so that its
 * acknowledgements can be compared with what was asked, whatever kafkajs made of it.
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
    /** Throws an `UnacknowledgedError` for a message that got no partition, as it cannot have been sent. */
    countsOf: (request: Request): SentMessages => {
      const sent = new Map<string, Map<number, number>>();
      for (const { topic, messages } of request) {
        const counts = sent.get(topic) ?? new Map<number, number>();
        sent.set(topic, counts);
        for (const message of messages) {
          const partition = chosen.get(topic)?.get(message);
          if (partition === undefined) throw new UnacknowledgedError(`a message for ${topic} was put into no partition`);
          counts.set(partition, (counts.get(partition) ?? 0) + 1);
        }
      }
      return sent;
    },
  };
};

type Request = { readonly topic: string; readonly messages: EventMessage[] }[];

/** Cuts a batch into requests of at most `maxBytes`, in order. */
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

/** Close above the size on the wire. */
const sizeOf = ({ key, value, headers }: EventMessage): number => {
  let size = recordBytes + Buffer.byteLength(key) + Buffer.byteLength(value);
  for (const [name, text] of Object.entries(headers)) size += headerBytes + Buffer.byteLength(name) + Buffer.byteLength(text);
  return size;
};

/** Around the key and the value of a record: the lengths of both and of the whole, the offset, the time, the number of headers. */
const recordBytes = 32;

/** The two lengths of a header. */
const headerBytes = 6;
