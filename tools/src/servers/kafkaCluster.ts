import { join } from "node:path";
import { type KafkaNode, type KafkaProgram, type KafkaRole, newClusterId, startKafkaNode } from "./kafkaNode.ts";
import { chooseFreePort, retryTakenPorts } from "./ports.ts";
import { type Killable, never, type RunningKafka, type ServerPlan } from "./runningServer.ts";

export type KafkaClusterPlan = Pick<ServerPlan, "folder" | "report" | "signal"> & {
  /** The roles of each node. A node's id is its position in the list, counted from 1. */
  readonly nodes: readonly (readonly KafkaRole[])[];
  /** Additional properties of every node. */
  readonly properties?: Readonly<Record<string, string>>;
};

/** A node that can be stopped, killed and started again on the same ports and data. */
export type KafkaClusterNode = Killable & {
  readonly id: number;
  readonly roles: readonly KafkaRole[];
  /** Sends SIGTERM, so that a broker hands over its partitions first. Resolves when the node has ended. */
  readonly stop: () => Promise<void>;
  /** Starts the node. Resolves when the node answers, which may be before its replicas are in sync. */
  readonly start: () => Promise<void>;
};

/**
 * A running cluster. `stop` kills every node, because the last ones could not hand over their partitions. `died` never
 * resolves, because a suite kills nodes itself.
 */
export type KafkaCluster = RunningKafka & { readonly nodes: readonly KafkaClusterNode[] };

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
    cluster.push({ id, roles, port, controllerPort: await chooseFreePort([]), advertisedPort: port, folder });
  }
  const nodes = cluster.map((node) => {
    let running: Killable & { readonly stop: () => Promise<void> } = { stop: () => Promise.resolve(), kill: () => Promise.resolve() };
    const { properties, signal } = plan;
    const options = { program, node, cluster, clusterId, ...(properties && { properties }), ...(signal && { signal }) };
    return {
      id: node.id,
      roles: node.roles,
      stop: () => running.stop(),
      kill: () => running.kill(),
      start: async () => void (running = await startKafkaNode(options)),
    };
  });

  const stop = async (): Promise<void> => void (await Promise.all(nodes.map((node) => node.kill())));
  const started = await Promise.allSettled(nodes.map((node) => node.start()));
  for (const outcome of started) {
    if (outcome.status === "fulfilled") continue;
    await stop();
    throw outcome.reason;
  }
  const brokers = cluster.filter(({ roles }) => roles.includes("broker")).map(({ advertisedPort }) => `127.0.0.1:${advertisedPort}`);
  const description = `${program.description}, ${nodes.length} nodes`;
  return { provider: program.provider, brokers, description, nodes, stop, died: never };
};
