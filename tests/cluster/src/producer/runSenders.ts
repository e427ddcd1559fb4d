import { createTopics } from "@cart/messaging";
import { createLogger } from "@cart/process-kit";
import type { KafkaCluster } from "@cart/tools/own-servers";
import { replicas, suiteClient, waitUntilInSync } from "../cluster.ts";
import { compare, type Comparison } from "./compare.ts";
import type { Messaging } from "./messaging.ts";
import { type Ledger, startSender } from "./sender.ts";
import { valuesByKey } from "./valuesByKey.ts";

export type Outcome = Comparison & Pick<Ledger, "acknowledged" | "unavailable" | "unacknowledged">;

export type SendersOptions = {
  readonly kafka: KafkaCluster;
  /** It is created. */
  readonly topic: string;
  /** What the senders use. */
  readonly messaging: Messaging;
  /** Does to the cluster what the senders have to bear. */
  readonly inject: () => Promise<void>;
};

const partitions = 12;
const senders = 3;

/** Runs senders on a new topic while faults are injected, then compares what they were told with what the topic has. */
export const runSenders = async ({ kafka: cluster, topic, messaging, inject }: SendersOptions): Promise<Outcome> => {
  await createTopics(suiteClient(cluster), { topics: [{ topic, partitions }], replicationFactor: replicas });
  await waitUntilInSync(cluster, [topic]);

  const logger = createLogger({ service: "cluster", level: "silent" });
  const running = Array.from({ length: senders }, (_, n) =>
    startSender({
      name: `sender-${n}`,
      messaging,
      // As each relay has a client of its own.
      kafka: messaging.createKafka({ brokers: cluster.brokers, clientId: `sender-${n}`, logger }),
      topic,
    }),
  );
  try {
    await inject();
  } catch (error) {
    await Promise.allSettled(running.map((sender) => sender.stop()));
    throw error;
  }
  const ledgers = await Promise.all(running.map((sender) => sender.stop()));
  const sum = (count: (ledger: Ledger) => number): number => ledgers.reduce((total, ledger) => total + count(ledger), 0);
  return {
    acknowledged: sum((ledger) => ledger.acknowledged),
    unavailable: sum((ledger) => ledger.unavailable),
    unacknowledged: sum((ledger) => ledger.unacknowledged),
    ...compare(ledgers, await valuesByKey({ kafka: suiteClient(cluster), topic, partitions })),
  };
};
