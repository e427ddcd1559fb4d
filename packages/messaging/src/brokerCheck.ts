import type { Admin, Kafka } from "kafkajs";

export type BrokerCheck = {
  /** Rejects unless a broker answers. For /readyz: a producer that has nothing to send does not notice that Kafka is away. */
  readonly assertReachable: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Asks over a connection of its own, which is made anew after a failure. */
export const createBrokerCheck = (kafka: Kafka): BrokerCheck => {
  let connected: Promise<Admin> | undefined;

  const connect = async (): Promise<Admin> => {
    const admin = kafka.admin();
    await admin.connect();
    return admin;
  };

  return {
    assertReachable: async () => {
      connected ??= connect();
      try {
        await (await connected).describeCluster();
      } catch (error) {
        const failed = connected;
        connected = undefined;
        failed?.then((admin) => admin.disconnect()).catch(() => undefined);
        throw error;
      }
    },
    close: async () => {
      await connected?.then((admin) => admin.disconnect()).catch(() => undefined);
    },
  };
};
