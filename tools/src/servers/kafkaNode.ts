import { randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { UserError } from "../userError.ts";
import { assertKafkaOfRack, kafkaAnswers } from "./kafkaAnswers.ts";
import type { Command, Provider, ServerHost } from "./runningServer.ts";
import { type ServerProcess, startServerProcess } from "./serverProcess.ts";

/** Kafka's jars, with the provider that they come from, and the Java that runs them. */
export type KafkaProgram = { readonly provider: Provider; readonly java: Command; readonly libs: string; readonly description: string };

export type KafkaRole = "broker" | "controller";

/** A KRaft node with its loopback ports, which stay the same for as long as its data exists. */
export type KafkaNode = {
  readonly id: number;
  readonly roles: readonly KafkaRole[];
  /** The port for clients, if the node is a broker. */
  readonly port: number;
  /** The port for the other nodes, if the node is a controller. */
  readonly controllerPort: number;
  /** The port to which a broker tells its clients to connect. */
  readonly advertisedPort: number;
  readonly host: ServerHost;
  /** The folder of the node's data, configuration and log. */
  readonly folder: string;
};

export type KafkaNodeOptions = {
  readonly program: KafkaProgram;
  readonly node: KafkaNode;
  /** Every node of the cluster, this one included. */
  readonly cluster: readonly KafkaNode[];
  readonly clusterId: string;
  /** Additional properties, which override those of this file. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};

export const newClusterId = (): string => randomBytes(16).toString("base64url");

/**
 * A node of one's own runs for minutes beside everything else on the machine. Without C2, the second of Java's two compilers, Kafka costs
 * what it costs after a minute of load from the start: until then C2 takes up to an eighth of a core.
 */
const javaOptions = ["-Xms256m", "-Xmx512m", "-XX:TieredStopAtLevel=1"];

/**
 * Starts a node on its data, which is created if it does not exist. Resolves when the node answers,
 * which requires a majority of the controllers: start the nodes of a new cluster together.
 */
export const startKafkaNode = async ({
  program,
  node,
  cluster,
  clusterId,
  properties = {},
  signal,
}: KafkaNodeOptions): Promise<ServerProcess> => {
  const [java, ...leading] = program.java;
  const data = join(node.folder, "kafka");
  await mkdir(data, { recursive: true });
  // A broker reports its rack to every client. A new rack for each start distinguishes it from any other broker,
  // even one on a copy of its data.
  const rack = randomUUID();
  const configFile = join(node.folder, "kafka.properties");
  await writeFile(configFile, textOf({ ...propertiesOf(node, cluster, data), "broker.rack": rack, ...properties }));
  const logConfigFile = join(node.folder, "kafka-log4j2.properties");
  await writeFile(logConfigFile, logProperties);
  const classPath = join(program.libs, "*");

  if (!existsSync(join(data, "meta.properties"))) await makeDataFolder(program.java, { classPath, clusterId, configFile, data });

  const server = await startServerProcess({
    name: "Kafka",
    program: java,
    args: [...leading, ...javaOptions, `-Dlog4j2.configurationFile=${logConfigFile}`, "-cp", classPath, "kafka.Kafka", configFile],
    logFile: join(node.folder, "logs", "kafka.log"),
    cwd: node.folder,
    within: node.host.within,
  });
  const isBroker = node.roles.includes("broker");
  const port = isBroker ? node.port : node.controllerPort;
  const probe = () => (isBroker ? assertKafkaOfRack(node.host.address, port, rack) : kafkaAnswers(node.host.address, port));
  await server.untilItServes(`Kafka on port ${port}`, probe, signal);
  return server;
};

type DataFolder = { readonly classPath: string; readonly clusterId: string; readonly configFile: string; readonly data: string };

const makeDataFolder = async ([java, ...leading]: Command, { classPath, clusterId, configFile, data }: DataFolder): Promise<void> => {
  // The id is passed with "=", because one id in 64 begins with a hyphen and would be taken for an option.
  const format = ["-cp", classPath, "kafka.tools.StorageTool", "format", `--cluster-id=${clusterId}`, "--config", configFile];
  const { failed, all } = await execa(java, [...leading, ...format], { reject: false, all: true });
  if (!failed) return;
  await rm(data, { recursive: true, force: true });
  throw new UserError(`Kafka could not create its data folder ${data}: ${all.trim().split("\n").at(-1)}`);
};

const propertiesOf = (node: KafkaNode, cluster: readonly KafkaNode[], data: string): Record<string, string> => {
  const isBroker = node.roles.includes("broker");
  const { address } = node.host;
  const listeners = [
    ...(isBroker ? [`PLAINTEXT://${address}:${node.port}`] : []),
    ...(node.roles.includes("controller") ? [`CONTROLLER://${address}:${node.controllerPort}`] : []),
  ];
  const voters = cluster.filter(({ roles }) => roles.includes("controller"));
  const brokers = cluster.filter(({ roles }) => roles.includes("broker")).length;
  const replicas = String(Math.min(3, brokers));
  const inSyncReplicas = String(Math.min(2, brokers));
  return {
    "process.roles": node.roles.join(","),
    "node.id": String(node.id),
    "controller.quorum.voters": voters.map(({ id, host, controllerPort }) => `${id}@${host.address}:${controllerPort}`).join(","),
    listeners: listeners.join(","),
    ...(isBroker ? { "advertised.listeners": `PLAINTEXT://${address}:${node.advertisedPort}` } : {}),
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": data,
    "auto.create.topics.enable": "false",
    "min.insync.replicas": inSyncReplicas,
    "offsets.topic.replication.factor": replicas,
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": inSyncReplicas,
    "transaction.state.log.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
  };
};

const textOf = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");

const logProperties = `
status=error
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %m (%c{1})%n
rootLogger.level=WARN
rootLogger.appenderRef.out.ref=out
`;
