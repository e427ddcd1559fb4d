import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Logger } from "@cart/service-kit";
import { type ISocketFactory, Kafka, type logCreator, logLevel } from "kafkajs";

export type KafkaOptions = {
  readonly brokers: readonly string[];
  /** Names the program in the broker's logs and quotas. */
  readonly clientId: string;
  readonly logger: Logger;
};

/** A client, not yet connected. All its waits and retries are bounded, so that callers see an outage and decide. */
export const createKafka = ({ brokers, clientId, logger }: KafkaOptions): Kafka =>
  new Kafka({
    brokers: [...brokers],
    clientId,
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
    ? connectTls({ host, port, ...(typeof ssl === "object" ? ssl : {}) }, onConnect)
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
