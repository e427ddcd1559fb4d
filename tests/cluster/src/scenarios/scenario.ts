import { createTopics } from "@cart/messaging";
import { createLogger } from "@cart/process-kit";
import type { KafkaCluster, Report } from "@cart/tools/own-servers";
import { compare, type Comparison } from "../check/compare.ts";
import { valuesByKey } from "../check/valuesByKey.ts";
import { replicas, suiteClient, waitUntilInSync } from "../cluster.ts";
import { type Ledger, startSender } from "../load/sender.ts";
import type { Messaging } from "../messaging.ts";

export type Faults = {
  readonly cluster: KafkaCluster;
  /** To which the senders send. */
  readonly topic: string;
  readonly report: Report;
};

export type Scenario = {
  readonly name: string;
  /** Does to the cluster what the scenario is about. Returns how many times it did so. */
  readonly inject: (faults: Faults) => Promise<number>;
};

export type Outcome = Comparison &
  Pick<Ledger, "acknowledged" | "unavailable" | "unacknowledged"> & { readonly name: string; readonly injected: number };

export type ScenarioOptions = Omit<Faults, "topic"> & {
  /** What the senders use. */
  readonly messaging: Messaging;
};

const partitions = 12;
const senders = 3;

/** Runs senders on a new topic while the scenario injects its faults, then compares what they were told with what the topic has. */
export const runScenario = async (scenario: Scenario, name: string, { messaging, cluster, report }: ScenarioOptions): Promise<Outcome> => {
  const topic = name;
  await createTopics(suiteClient(cluster), { topics: [{ topic, partitions }], replicationFactor: replicas });
  await waitUntilInSync(cluster, topic);

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
  let injected: number;
  try {
    injected = await scenario.inject({ cluster, topic, report });
  } catch (error) {
    await Promise.allSettled(running.map((sender) => sender.stop()));
    throw error;
  }
  const ledgers = await Promise.all(running.map((sender) => sender.stop()));
  const sum = (count: (ledger: Ledger) => number): number => ledgers.reduce((total, ledger) => total + count(ledger), 0);
  return {
    name,
    injected,
    acknowledged: sum((ledger) => ledger.acknowledged),
    unavailable: sum((ledger) => ledger.unavailable),
    unacknowledged: sum((ledger) => ledger.unacknowledged),
    ...compare(ledgers, await valuesByKey({ kafka: suiteClient(cluster), topic, partitions })),
  };
};
