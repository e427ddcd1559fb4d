import { testServers } from "./testServers.ts";
import { uniqueSuffix } from "./uniqueSuffix.ts";

export type TestKafka = {
  /** Throws until the suite's `before` hooks have run. */
  readonly brokers: () => string[];
  /** A unique topic name, always the same for the same base within the suite. The topic is not created. */
  readonly topicName: (base: string) => string;
  /** Like `topicName`, for a consumer group. */
  readonly groupName: (base: string) => string;
};

/**
 * Call it in a `describe`: its specs get the brokers of a real Kafka and names that no
 * other suite uses. Topics stay until the server is removed.
 */
export const useKafka = (): TestKafka => {
  const suffix = uniqueSuffix();
  let brokers: string[] | undefined;

  before("connect to Kafka", async function () {
    // The first suite also starts the server, which may have to be fetched.
    this.timeout(600_000);
    brokers = (await testServers()).kafkaBrokers;
  });

  const uniqueName = (base: string): string => `${base}.${suffix}`;
  return {
    brokers: () => {
      if (brokers === undefined) throw new Error("Kafka has not started yet: use it in a hook or an `it`, not in a `describe`");
      return brokers;
    },
    topicName: uniqueName,
    groupName: uniqueName,
  };
};
