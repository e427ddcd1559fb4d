import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Logger } from "@cart/process-kit";
import { type ISocketFactory, Kafka, type logCreator, logLevel } from "kafkajs";
import { passOffsetReset } from "./offsetResets.ts";

export type KafkaOptions = {
  readonly brokers: readonly string[];
  /** Names the program in the broker's logs and quotas. */
  readonly clientId: string;
  readonly logger: Logger;
  /** Enables TLS. The broker's certificate must name its host and be signed by `ca` (PEM) or, by default, by a public CA. */
  readonly tls?: { readonly ca?: string };
  readonly sasl?: SaslLogin;
};

type Login<Mechanism extends string> = Mechanism extends string
  ? { readonly mechanism: Mechanism; readonly username: string; readonly password: string }
  : never;

export type SaslLogin = Login<"plain" | "scram-sha-256" | "scram-sha-512">;

/** Creates a client, not yet connected. All its waits and retries are bounded, so that callers see an outage and decide what to do. */
export const createKafka = ({ brokers, clientId, logger, tls, sasl }: KafkaOptions): Kafka => {
  const kafka: Kafka = new Kafka({
    brokers: [...brokers],
    clientId,
    ...(tls === undefined ? {} : { ssl: tls }),
    ...(sasl === undefined ? {} : { sasl }),
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    // About 1.5 s in all. A longer failure is an outage, which the caller must handle.
    retry: { initialRetryTime: 50, multiplier: 2, factor: 0.2, maxRetryTime: 1_000, retries: 5 },
    socketFactory,
    logLevel: logger.isLevelEnabled("trace") ? logLevel.DEBUG : logLevel.INFO,
    logCreator: bridgeTo(logger.child({ library: "kafkajs" }), (message, details) => passOffsetReset(kafka, message, details)),
  });
  return kafka;
};

/** Like kafkajs's own factory, but without Nagle's algorithm, which delays a request's last packet until the previous packet is acknowledged. */
const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? // Brokers that share an address are distinguished by the server name, which Node.js does not send by default.
      connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect);
  return socket.setKeepAlive(true, 60_000).setNoDelay(true);
};

/** What kafkajs's own lines may show. It also logs decoded answers and the payloads of requests, which hold events. */
const loggedDetails = [
  "broker",
  "clientId",
  "groupId",
  "memberId",
  "topic",
  "partition",
  "offset",
  "correlationId",
  "apiName",
  "apiKey",
  "apiVersion",
  "size",
  "retryCount",
  "retryTime",
  "error",
] as const;

/**
 * Lowers kafkajs's log levels: it logs each failed attempt as an error, even an answer that a new cluster gives until its
 * coordinators are elected. Only the code that gives up knows whether a failure matters, and logs it.
 */
const bridgeTo =
  (logger: Logger, seen: (message: string, details: Readonly<Record<string, unknown>>) => void): logCreator =>
  () =>
  ({ namespace, level, log: { message, ...details } }) => {
    if (level === logLevel.ERROR) seen(message, details);
    const known = loggedDetails.flatMap((name): [string, unknown][] => (name in details ? [[name, details[name]]] : []));
    const line = { ...Object.fromEntries<unknown>(known), namespace };
    if (level === logLevel.ERROR) logger.info(line, message);
    else if (level === logLevel.DEBUG) logger.trace(line, message);
    else logger.debug(line, message);
  };
