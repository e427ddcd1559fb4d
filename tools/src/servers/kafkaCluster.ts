import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type KafkaNode, type KafkaProgram, type KafkaRole, newClusterId, startKafkaNode } from "./kafkaNode.ts";
import { chooseFreePort, retryTakenPorts } from "./ports.ts";
import { type Killable, loopback, never, type RunningKafka, type ServerHost, type ServerPlan } from "./runningServer.ts";

export type KafkaClusterPlan = Pick<ServerPlan, "folder" | "report" | "signal"> & {
  /** The roles of each node. A node's id is its position in the list, counted from 1. */
  readonly nodes: readonly (readonly KafkaRole[])[];
  /** The host of each node; loopback by default. */
  readonly hosts?: readonly ServerHost[];
  /** Additional properties of every node. */
  readonly properties?: Readonly<Record<string, string>>;
};

/** A node that can be stopped, killed and started again on the same ports and data. */
export type KafkaClusterNode = Killable & {
  readonly id: number;
  readonly roles: readonly KafkaRole[];
  /** Sends SIGTERM, so that a broker hands over its partitions first. Resolves when the node has ended. */
  readonly stop: () => Promise<void>;
  /** Starts the node unless it runs. Resolves when the node answers, which may be before its replicas are in sync. */
  readonly start: () => Promise<void>;
};

/**
 * A running cluster. `stop` kills every node, because the last ones could not hand over their partitions. `died` never
 * resolves, because a suite kills nodes itself.
 */
export type KafkaCluster = RunningKafka & {
  readonly nodes: readonly KafkaClusterNode[];
  /** Returns the node that is the active controller, as far as the nodes have stored. */
  readonly activeController: () => Promise<KafkaClusterNode>;
};

/**
 * Starts KRaft nodes on loopback as one cluster. If it has enough brokers, its internal topics have
 * three replicas, and a write needs two of them (`min.insync.replicas`).
 */
export const startKafkaCluster = async (program: KafkaProgram, plan: KafkaClusterPlan): Promise<KafkaCluster> => {
  const clusterId = newClusterId();
  return retryTakenPorts("a Kafka node", plan, () => startNodes(program, plan, clusterId));
};

const startNodes = async (program: KafkaProgram, plan: KafkaClusterPlan, clusterId: string): Promise<KafkaCluster> => {
  const cluster: KafkaNode[] = [];
  for (const [index, roles] of plan.nodes.entries()) {
    const id = index + 1;
    const port = await chooseFreePort([]);
    const folder = join(plan.folder, `node-${id}`);
    const host = plan.hosts?.[index] ?? loopback;
    cluster.push({ id, roles, port, controllerPort: await chooseFreePort([]), advertisedPort: port, host, folder });
  }
  const nodes = cluster.map((node) => {
    let running: (Killable & { readonly stop: () => Promise<void> }) | undefined;
    const end = async (how: "stop" | "kill"): Promise<void> => {
      await running?.[how]();
      running = undefined;
    };
    const { properties, signal } = plan;
    const options = { program, node, cluster, clusterId, ...(properties && { properties }), ...(signal && { signal }) };
    return {
      id: node.id,
      roles: node.roles,
      stop: () => end("stop"),
      kill: () => end("kill"),
      start: async () => void (running ??= await startKafkaNode(options)),
    };
  });

  const stop = async (): Promise<void> => void (await Promise.all(nodes.map((node) => node.kill())));
  const started = await Promise.allSettled(nodes.map((node) => node.start()));
  for (const outcome of started) {
    if (outcome.status === "fulfilled") continue;
    await stop();
    throw outcome.reason;
  }
  const brokers = cluster
    .filter(({ roles }) => roles.includes("broker"))
    .map(({ host, advertisedPort }) => `${host.address}:${advertisedPort}`);
  const description = `${program.description}, ${nodes.length} nodes`;
  const activeController = async (): Promise<KafkaClusterNode> => {
    const votes = await Promise.all(cluster.map(readVote));
    const newest = votes.toSorted((a, b) => b.leaderEpoch - a.leaderEpoch)[0];
    const found = nodes.find(({ id }) => id === newest?.leaderId);
    if (found === undefined) throw new Error("no node knows an active controller");
    return found;
  };
  return { provider: program.provider, brokers, description, nodes, activeController, stop, died: never };
};

type Vote = { readonly leaderId: number; readonly leaderEpoch: number };

/** What a node has stored about the last election that it knows of. Kafka's own tool for it takes seconds, and a quorum. */
const readVote = async ({ folder }: KafkaNode): Promise<Vote> =>
  JSON.parse(await readFile(join(folder, "kafka", "__cluster_metadata-0", "quorum-state"), "utf8")) as Vote;
