import { createKafka } from "@cart/messaging";
import { createLogger } from "@cart/process-kit";
import { type KafkaCluster, type Report, startOwnKafkaCluster, waitUntil } from "@cart/tools/own-servers";

export const replicas = 3;

/** Three nodes, each a broker and a controller, as small clusters are run. A topic has three copies and a write needs two. */
export const startCluster = (folder: string, report: Report, signal: AbortSignal): Promise<KafkaCluster> =>
  startOwnKafkaCluster({
    folder,
    report,
    signal,
    nodes: Array.from({ length: replicas }, () => ["broker", "controller"] as const),
    // Leaders go back to a broker soon after its restart, not after minutes: they then move twice in a restart.
    properties: { "leader.imbalance.check.interval.seconds": "2" },
  });

/** A client of the suite's own, which is not under test. */
export const suiteClient = ({ brokers }: KafkaCluster): ReturnType<typeof createKafka> =>
  createKafka({ brokers, clientId: "cluster-suite", logger: createLogger({ service: "cluster", level: "silent" }) });

/** Resolves when every copy of the topic's partitions is in sync, and each broker leads some. */
export const waitUntilInSync = async (cluster: KafkaCluster, topic: string): Promise<void> => {
  const admin = suiteClient(cluster).admin();
  try {
    await waitUntil("all copies to be in sync, and a share of the leaders for each broker", 60, async () => {
      await admin.connect();
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const partitions = topics.flatMap((each) => each.partitions);
      const behind = partitions.filter(({ isr }) => isr.length < replicas).length;
      if (behind > 0) throw new Error(`${behind} partitions have copies that are not in sync`);
      const leaders = new Set(partitions.map(({ leader }) => leader)).size;
      if (leaders < replicas) throw new Error(`${leaders} brokers lead partitions`);
    });
  } finally {
    await admin.disconnect();
  }
};
