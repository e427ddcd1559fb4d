import { join } from "node:path";
import { createKafka } from "@cart/messaging";
import { createLogger } from "@cart/process-kit";
import { type KafkaCluster, loopback, type Report, type ServerHost, startOwnKafkaCluster, waitUntil } from "@cart/tools/own-servers";
import { createNetwork, type Network } from "./network/network.ts";
import { isInOwnNetwork } from "./network/ownNetwork.ts";
import { type MysqlGroup, startMysqlGroup } from "./servers/mysqlGroup.ts";
import { startPrimaryAddress } from "./servers/primaryAddress.ts";

/** As many brokers as members, and as many copies of each partition. */
export const replicas = 3;

export type Cluster = {
  /** The host of each broker, in the order of the nodes. */
  readonly brokerHosts: readonly ServerHost[];
  readonly kafka: KafkaCluster;
  readonly group: MysqlGroup;
  /** `mysql://…` of the address that follows the primary, without a database. */
  readonly mysqlUrl: string;
  /** `undefined` if this user may not have a network namespace. Then all servers listen on loopback. */
  readonly network: Network | undefined;
};

export type ClusterPlan = {
  readonly folder: string;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly atEnd: (stop: () => Promise<void>) => void;
};

/** Starts three brokers, three members of MySQL, and the address of the primary, each server on a host of its own. */
export const startCluster = async (plan: ClusterPlan): Promise<Cluster> => {
  const { folder, atEnd } = plan;
  const network = isInOwnNetwork() ? await createNetwork(2 * replicas) : undefined;
  if (network !== undefined) atEnd(network.stop);
  const hosts = network?.hosts ?? Array.from({ length: 2 * replicas }, () => loopback);
  const [brokerHosts, memberHosts] = [hosts.slice(0, replicas), hosts.slice(replicas)];
  const [kafka, group] = await Promise.allSettled([
    startBrokers(plan, brokerHosts),
    startMysqlGroup({ ...plan, folder: join(folder, "mysql"), hosts: memberHosts }),
  ]);
  for (const server of [kafka, group]) if (server.status === "fulfilled") atEnd(server.value.stop);
  if (kafka.status === "rejected") throw kafka.reason;
  if (group.status === "rejected") throw group.reason;
  const address = await startPrimaryAddress(group.value.members, plan);
  atEnd(address.stop);
  return { brokerHosts, kafka: kafka.value, group: group.value, mysqlUrl: address.url, network };
};

/** Three nodes, each a broker and a controller, as small clusters are run. A topic has three copies and a write needs two. */
const startBrokers = (
  { folder, report, signal }: Pick<ClusterPlan, "folder" | "report" | "signal">,
  hosts: readonly ServerHost[],
): Promise<KafkaCluster> =>
  startOwnKafkaCluster({
    folder: join(folder, "kafka"),
    report,
    signal,
    nodes: hosts.map(() => ["broker", "controller"] as const),
    hosts,
    // Leaders go back to a broker soon after its restart, not after minutes: they then move twice in a restart.
    properties: { "leader.imbalance.check.interval.seconds": "2" },
  });

/** A client of the suite's own, which is not under test. */
export const suiteClient = ({ brokers }: KafkaCluster): ReturnType<typeof createKafka> =>
  createKafka({ brokers, clientId: "cluster-suite", logger: createLogger({ service: "cluster", level: "silent" }) });

/** Resolves when every copy of the topics' partitions is in sync and each broker leads some. By default the topics are all that there are. */
export const waitUntilInSync = async (kafka: KafkaCluster, topics?: readonly string[]): Promise<void> => {
  const admin = suiteClient(kafka).admin();
  try {
    await waitUntil("all copies to be in sync, and a share of the leaders for each broker", 90, async () => {
      await admin.connect();
      const found = await admin.fetchTopicMetadata(topics && { topics: [...topics] });
      const partitions = found.topics.flatMap((each) => each.partitions);
      if (partitions.length === 0) return;
      const behind = partitions.filter(({ isr }) => isr.length < replicas).length;
      if (behind > 0) throw new Error(`${behind} partitions have copies that are not in sync`);
      const leaders = new Set(partitions.map(({ leader }) => leader)).size;
      if (leaders < replicas) throw new Error(`${leaders} brokers lead partitions`);
    });
  } finally {
    await admin.disconnect();
  }
};

/** Resolves when every server is there and has what the others have. */
export const waitUntilWhole = async ({ kafka, group }: Cluster): Promise<void> => {
  for (const member of group.members) await group.joined(member);
  await Promise.all([group.alike(), waitUntilInSync(kafka)]);
};

/** Starts what does not run and heals the network, after a scenario that could not go on. */
export const restore = async ({ kafka, group, network }: Cluster): Promise<void> => {
  await network?.heal();
  await Promise.all([...kafka.nodes, ...group.members].map((server) => server.start()));
};
