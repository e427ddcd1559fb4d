import { join } from "node:path";
import { type KafkaNode, type KafkaProgram, type KafkaRole, newClusterId, startKafkaNode } from "./kafkaNode.ts";
import { chooseFreePort, retryTakenPorts } from "./ports.ts";
import { type Killable, never, type RunningKafka, type ServerPlan } from "./runningServer.ts";

export type KafkaClusterPlan = Pick<ServerPlan, "folder" | "report" | "signal"> & {
  /** What each node is. Its id is its place in the list, from 1. */
  readonly nodes: readonly (readonly KafkaRole[])[];
  /** More properties of every node. */
  readonly properties?: Readonly<Record<string, string>>;
};

/** A node that is stopped, killed and started again at the same ports, on the same data. */
export type KafkaClusterNode = Killable & {
  readonly id: number;
  readonly roles: readonly KafkaRole[];
  /** SIGTERM: a broker hands its partitions over first. Resolves when the node has ended. */
  readonly stop: () => Promise<void>;
  /** Resolves when the node answers, which may be before its copies are in sync. */
  readonly start: () => Promise<void>;
};

/**
 * `stop` kills every node: the last ones could not hand anything over. `died` never resolves, because a suite kills
 * nodes itself.
 */
export type KafkaCluster = RunningKafka & { readonly nodes: readonly KafkaClusterNode[] };

/**
 * Starts KRaft nodes on loopback as one cluster. Its internal topics have three copies, and a write
 * needs two of them (`min.insync.replicas`), if there are as many brokers.
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
