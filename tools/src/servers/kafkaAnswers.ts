import { connect } from "node:net";

const correlationId = 1;
/** The number of bytes of an answer's length, which precedes the answer. */
const lengthBytes = 4;
const mostBytes = 65_536;

/** Returns a request without a client id. `body` must have the layout that this version of the API defines. */
const request = (apiKey: number, apiVersion: number, body: readonly number[]): Buffer => {
  const rest = [0, apiKey, 0, apiVersion, 0, 0, 0, correlationId, 0xff, 0xff, ...body];
  return Buffer.from([0, 0, 0, rest.length, ...rest]);
};

/** ApiVersions, version 0. It is the only request that every serving broker answers, even before a login. */
const apiVersions = request(18, 0, []);

/** Metadata, version 2, for no topic. The answer has the brokers and the cluster's id. */
const metadata = request(3, 2, [0, 0, 0, 0]);

/** Sends a request and resolves to the part of the answer after its correlation id. Rejects after 3 s, or if the answer exceeds 64 KiB. */
const ask = (host: string, port: number, bytes: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => socket.destroy(new Error(`no answer from ${host}:${port}`)), 3_000);
    let received = Buffer.alloc(0);
    socket.once("error", reject);
    socket.once("connect", () => socket.write(bytes));
    socket.on("data", (data) => {
      received = Buffer.concat([received, data]);
      if (received.length < lengthBytes) return;
      const length = received.readUInt32BE();
      if (length > mostBytes) socket.destroy(new Error(`${host}:${port} does not speak Kafka's protocol`));
      else if (received.length >= lengthBytes + length) {
        resolve(received.subarray(2 * lengthBytes, lengthBytes + length));
        socket.destroy();
      }
    });
    socket.once("close", () => {
      clearTimeout(timer);
      reject(new Error(`${host}:${port} closed the connection`));
    });
  });

/** Resolves if a broker answers in Kafka's protocol. An open port is not enough, because it opens some seconds earlier. */
export const kafkaAnswers = async (host: string, port: number): Promise<void> => void (await ask(host, port, apiVersions));

export type KafkaIdentity = { readonly clusterId: string | undefined; readonly racks: readonly (string | undefined)[] };

/** Returns the id of the cluster at this address, and the racks of its registered brokers. */
export const kafkaIdentity = async (host: string, port: number): Promise<KafkaIdentity> => {
  const answer = await ask(host, port, metadata);
  let at = 0;
  const int32 = (): number => answer.readInt32BE((at += 4) - 4);
  const text = (): string | undefined => {
    const length = answer.readInt16BE((at += 2) - 2);
    return length < 0 ? undefined : answer.toString("utf8", at, (at += length));
  };
  const racks: (string | undefined)[] = [];
  for (let brokers = int32(); brokers > 0; brokers--) {
    int32(); // the node's id
    text(); // the host
    int32(); // the port
    racks.push(text());
  }
  return { clusterId: text(), racks };
};

/**
 * Throws unless the broker at this address belongs to a cluster in which a broker has this rack. The rack must
 * be unique to the expected broker.
 */
export const assertKafkaOfRack = async (host: string, port: number, rack: string): Promise<void> => {
  const { racks } = await kafkaIdentity(host, port);
  if (racks.length === 0) throw new Error("the broker is not registered yet");
  if (!racks.includes(rack)) throw new Error("another Kafka answers on this port, or the broker is not registered yet");
};
