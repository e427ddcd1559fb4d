import type { Logger } from "@cart/process-kit";
import type { Kafka } from "kafkajs";
import { explained } from "./kafkaErrors.ts";
import { createSharedAdmin } from "./sharedAdmin.ts";

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
  // The readiness probe waits 2 s: enough to try a few brokers, not for all of kafkajs's retries.
  const admin = createSharedAdmin(kafka, { retries: 2 });
  let failing = false;

  return {
    assertReachable: async () => {
      try {
        await admin.use((connected) => connected.describeCluster());
        if (failing) logger.info({ recovered: true }, "Kafka answers again");
        failing = false;
      } catch (error) {
        const reason = explained(error);
        if (!failing) logger.error({ err: reason }, "Kafka cannot be used");
        failing = true;
        throw reason;
      }
    },
    close: admin.close,
  };
};
