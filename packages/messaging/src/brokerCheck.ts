import type { Logger } from "@cart/process-kit";
import type { Admin, Kafka } from "kafkajs";
import { explained } from "./kafkaErrors.ts";

export type BrokerCheck = {
  /**
   * Rejects unless a broker answers. For /readyz: a producer that has nothing to
   * send does not notice that Kafka is away. The log has the first failure of a row.
   */
  readonly assertReachable: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Asks over a connection of its own, which is made anew after a failure. */
export const createBrokerCheck = (kafka: Kafka, logger: Logger): BrokerCheck => {
  let connected: Promise<Admin> | undefined;
  let failing = false;

  const connect = async (): Promise<Admin> => {
    // Who asks waits for 2 s: time for some brokers, not for all retries of the client.
    const admin = kafka.admin({ retry: { retries: 2 } });
    await admin.connect();
    return admin;
  };

  return {
    assertReachable: async () => {
      connected ??= connect();
      try {
        await (await connected).describeCluster();
        if (failing) logger.info("Kafka answers again");
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
