import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { array, createReader, int16, int32, int64, int8, nullString, string } from "./kafkaFrames.ts";

/** A record batch for one partition, as a broker received it. */
export type ReceivedBatch = {
  readonly broker: number;
  readonly partition: number;
  readonly producerId: number;
  readonly firstSequence: number;
  readonly values: readonly string[];
};

/** What a broker answers for one partition. */
export type PartitionAnswer = { readonly partition: number; readonly errorCode: number; readonly baseOffset: number };

/** What a spec does at certain moments. */
export type ClusterScript = {
  /** Called with each produce request before the broker judges it. It may move leaders, or wait. */
  readonly onProduce?: (batches: readonly ReceivedBatch[]) => void | Promise<void>;
  /** Changes what the broker answers after it has judged the request. */
  readonly changeAnswers?: (answers: readonly PartitionAnswer[], batches: readonly ReceivedBatch[]) => readonly PartitionAnswer[];
};

export type ScriptedCluster = {
  readonly addresses: readonly string[];
  /** The broker that leads each partition. */
  readonly leaders: number[];
  /** What was written to each partition, in order. */
  readonly logs: readonly (readonly string[])[];
  /** Every batch that arrived, also those that were refused. */
  readonly received: readonly ReceivedBatch[];
  /** Throws if a script or a broker failed: the producer would retry and hide that. */
  readonly close: () => Promise<void>;
};

const notLeaderForPartition = 6;
const outOfOrderSequenceNumber = 45;

/**
 * Brokers that speak as much of Kafka's protocol as an idempotent producer needs, in this process,
 * with one topic whose leaders a spec moves at a moment of its choice. Real brokers do that too, but
 * not between two given requests.
 *
 * Sequence numbers are judged as by a real broker: the next number is written, the last batch again
 * is acknowledged with its first offset and not written, anything else is refused.
 */
export const startScriptedCluster = async (
  { topic, brokers, leaders }: { readonly topic: string; readonly brokers: number; readonly leaders: readonly number[] },
  { onProduce, changeAnswers = (answers) => answers }: ClusterScript = {},
): Promise<ScriptedCluster> => {
  const log = createPartitionLogs(leaders);
  const received: ReceivedBatch[] = [];
  const failures: unknown[] = [];
  const ports: number[] = [];
  let producers = 0;

  const produce = async (broker: number, body: Buffer): Promise<Buffer> => {
    const batches = readProduceRequest(body).map((batch) => ({ broker, ...batch }));
    received.push(...batches);
    await onProduce?.(batches);
    return produceAnswer(topic, changeAnswers(batches.map(log.write), batches));
  };

  const answerTo = async (broker: number, apiKey: number, body: Buffer): Promise<Buffer> => {
    switch (apiKey) {
      case apis.apiVersions.key:
        return apiVersionsAnswer();
      case apis.metadata.key:
        return metadataAnswer(topic, ports, log.leaders);
      case apis.initProducerId.key:
        producers += 1;
        return Buffer.concat([int32(0), int16(0), int64(producers), int16(0)]);
      case apis.produce.key:
        return produce(broker, body);
      default:
        throw new Error(`the scripted cluster knows no API ${apiKey}`);
    }
  };

  const listeners: Listener[] = [];
  for (let broker = 0; broker < brokers; broker += 1) {
    const listener = await listen(
      (apiKey, body) => answerTo(broker, apiKey, body),
      (error) => failures.push(error),
    );
    ports.push(listener.port);
    listeners.push(listener);
  }

  return {
    addresses: ports.map((port) => `127.0.0.1:${port}`),
    leaders: log.leaders,
    logs: log.logs,
    received,
    close: async () => {
      await Promise.all(listeners.map((listener) => listener.close()));
      if (failures.length > 0) throw new AggregateError(failures, "the scripted cluster could not answer");
    },
  };
};

type PartitionLogs = Pick<ScriptedCluster, "leaders" | "logs"> & { readonly write: (batch: ReceivedBatch) => PartitionAnswer };

/** The partitions of the topic, which judge the batches that producers send. */
const createPartitionLogs = (firstLeaders: readonly number[]): PartitionLogs => {
  const leaders = [...firstLeaders];
  const logs = leaders.map((): string[] => []);
  const lastBatches = new Map<string, { readonly firstSequence: number; readonly count: number; readonly baseOffset: number }>();
  return {
    leaders,
    logs,
    write: ({ broker, partition, producerId, firstSequence, values }) => {
      if (leaders[partition] !== broker) return { partition, errorCode: notLeaderForPartition, baseOffset: -1 };
      const log = logs[partition] ?? [];
      const key = `${producerId}/${partition}`;
      const last = lastBatches.get(key);
      if (last?.firstSequence === firstSequence && last.count === values.length) {
        return { partition, errorCode: 0, baseOffset: last.baseOffset };
      }
      const next = last === undefined ? 0 : last.firstSequence + last.count;
      if (firstSequence !== next) return { partition, errorCode: outOfOrderSequenceNumber, baseOffset: -1 };
      const baseOffset = log.length;
      lastBatches.set(key, { firstSequence, count: values.length, baseOffset });
      log.push(...values);
      return { partition, errorCode: 0, baseOffset };
    },
  };
};

/** The one version of each API that the cluster offers. */
const apis = {
  produce: { key: 0, version: 3 },
  metadata: { key: 3, version: 2 },
  apiVersions: { key: 18, version: 0 },
  initProducerId: { key: 22, version: 0 },
};

const apiVersionsAnswer = (): Buffer =>
  Buffer.concat([
    int16(0),
    array(Object.values(apis).map(({ key, version }) => Buffer.concat([int16(key), int16(version), int16(version)]))),
  ]);

const metadataAnswer = (topic: string, ports: readonly number[], leaders: readonly number[]): Buffer => {
  const nodes = ports.map((port, broker) => Buffer.concat([int32(broker), string("127.0.0.1"), int32(port), nullString]));
  const partitions = leaders.map((leader, partition) =>
    Buffer.concat([int16(0), int32(partition), int32(leader), array([int32(leader)]), array([int32(leader)])]),
  );
  const topics = [Buffer.concat([int16(0), string(topic), int8(0), array(partitions)])];
  return Buffer.concat([array(nodes), nullString, int32(0), array(topics)]);
};

const produceAnswer = (topic: string, answers: readonly PartitionAnswer[]): Buffer => {
  const partitions = answers.map(({ partition, errorCode, baseOffset }) =>
    Buffer.concat([int32(partition), int16(errorCode), int64(baseOffset), int64(-1)]),
  );
  return Buffer.concat([array([Buffer.concat([string(topic), array(partitions)])]), int32(0)]);
};

type Listener = { readonly port: number; readonly close: () => Promise<void> };

/** Listens as one broker. A connection whose request cannot be answered is destroyed. */
const listen = async (
  answerTo: (apiKey: number, body: Buffer) => Promise<Buffer>,
  onFailure: (error: unknown) => void,
): Promise<Listener> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onFrames(socket, (frame) => {
      const reader = createReader(frame);
      const apiKey = reader.int16();
      reader.skip(2); // version, of which there is one each
      const correlationId = reader.int32();
      reader.string(); // client id
      answerTo(apiKey, reader.rest()).then(
        (answer) => socket.write(Buffer.concat([int32(answer.length + 4), int32(correlationId), answer])),
        (error: unknown) => {
          onFailure(error);
          socket.destroy();
        },
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the broker has no port");
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** Each frame is preceded by its length. */
const onFrames = (socket: Socket, handle: (frame: Buffer) => void): void => {
  let buffered = Buffer.alloc(0);
  socket.on("data", (data: Buffer) => {
    buffered = Buffer.concat([buffered, data]);
    while (buffered.length >= 4 && buffered.length >= 4 + buffered.readInt32BE(0)) {
      const end = 4 + buffered.readInt32BE(0);
      handle(buffered.subarray(4, end));
      buffered = buffered.subarray(end);
    }
  });
};

type RecordBatch = Pick<ReceivedBatch, "producerId" | "firstSequence" | "values">;

const readProduceRequest = (body: Buffer): (RecordBatch & { readonly partition: number })[] => {
  const reader = createReader(body);
  reader.string(); // transactional id
  reader.skip(2 + 4); // acks, timeout
  return reader
    .array(() => {
      reader.string(); // topic
      return reader.array(() => ({ partition: reader.int32(), ...readRecordBatch(reader.take(reader.int32())) }));
    })
    .flat();
};

const readRecordBatch = (buffer: Buffer): RecordBatch => {
  const reader = createReader(buffer);
  // Up to the producer id: offset, length, leader epoch, magic, checksum, attributes, last offset delta, two timestamps.
  reader.skip(8 + 4 + 4 + 1 + 4 + 2 + 4 + 8 + 8);
  const producerId = Number(reader.int64());
  reader.skip(2); // producer epoch
  const firstSequence = reader.int32();
  const values = reader.array(() => {
    const record = createReader(reader.take(reader.varint()));
    record.skip(1); // attributes
    record.varint(); // timestamp delta, small enough for an integer here
    record.varint(); // offset delta
    record.take(record.varint()); // key
    return record.take(record.varint()).toString();
  });
  return { producerId, firstSequence, values };
};
