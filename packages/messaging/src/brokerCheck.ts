import type { Logger } from "@cart/process-kit";
import type { Admin, Kafka } from "kafkajs";
import { explained } from "./kafkaErrors.ts";

export type BrokerCheck = {
  /**
   * Rejects unless a broker answers. /readyz needs this check because an idle producer
   * does not notice an outage of Kafka. Only the first of consecutive failures is logged.
   */
  readonly assertReachable: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Creates a check that uses a separate connection, and opens a new one after a failure. */
export const createBrokerCheck = (kafka: Kafka, logger: Logger): BrokerCheck => {
  let connected: Promise<Admin> | undefined;
  let failing = false;

  const connect = async (): Promise<Admin> => {
    // The readiness probe waits 2 s: enough to try a few brokers, not for all of kafkajs's retries.
    const admin = kafka.admin({ retry: { retries: 2 } });
    await admin.connect();
    return admin;
  };

  return {
    assertReachable: async () => {
      connected ??= connect();
      try {
        await (await connected).describeCluster();
        if (failing) logger.info({ recovered: true }, "Kafka answers again");
        failing = false;
      } catch (error) {
        const failed = connected;
        connected = undefined;
        failed?.then((admin) => admin.disconnect()).catch(() => undefined);
        const reason = explained(error);
        if (!failing) logger.error({ err: reason }, "Kafka cannot be used");
        failing = true;
        throw reason;
      }
    },
    close: async () => {
      await connected?.then((admin) => admin.disconnect()).catch(() => undefined);
    },
  };
};
