import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Logger } from "@cart/process-kit";
import { type ISocketFactory, Kafka, type logCreator, logLevel } from "kafkajs";

export type KafkaOptions = {
  readonly brokers: readonly string[];
  /** Names the program in the broker's logs and quotas. */
  readonly clientId: string;
  readonly logger: Logger;
  /** Encrypts; the certificate has to be for the broker's host, from this CA (PEM) or, without one, from a public one. */
  readonly tls?: { readonly ca?: string };
  readonly sasl?: SaslLogin;
};

type Login<Mechanism extends string> = Mechanism extends string
  ? { readonly mechanism: Mechanism; readonly username: string; readonly password: string }
  : never;

export type SaslLogin = Login<"plain" | "scram-sha-256" | "scram-sha-512">;

/** A client, not yet connected. All its waits and retries are bounded, so that callers see an outage and decide. */
export const createKafka = ({ brokers, clientId, logger, tls, sasl }: KafkaOptions): Kafka =>
  new Kafka({
    brokers: [...brokers],
    clientId,
    ...(tls === undefined ? {} : { ssl: tls }),
    ...(sasl === undefined ? {} : { sasl }),
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    // About 1.5 s in all: what lasts longer is an outage, which is the caller's to wait out.
    retry: { initialRetryTime: 50, multiplier: 2, factor: 0.2, maxRetryTime: 1_000, retries: 5 },
    socketFactory,
    logLevel: logger.isLevelEnabled("trace") ? logLevel.DEBUG : logLevel.INFO,
    logCreator: bridgeTo(logger.child({ library: "kafkajs" })),
  });

/** As kafkajs's own, with Nagle's algorithm off: it holds the last packet of a request back until the one before is acknowledged. */
const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? // Brokers behind one address are told apart by the name, which Node.js does not send by itself.
      connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect);
  return socket.setKeepAlive(true, 60_000).setNoDelay(true);
};

/** kafkajs logs each attempt that failed as an error, and says the rest in passing: whether it matters is said by the code that gives up. */
const bridgeTo =
  (logger: Logger): logCreator =>
  () =>
  ({ namespace, level, log: { message, timestamp: _timestamp, logger: _logger, ...details } }) => {
    const line = { ...details, namespace };
    if (level === logLevel.ERROR) logger.warn(line, message);
    else if (level === logLevel.DEBUG) logger.trace(line, message);
    else logger.debug(line, message);
  };
