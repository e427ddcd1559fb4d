import { randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { UserError } from "../userError.ts";
import { findProgram } from "./findProgram.ts";
import { assertKafkaOfRack } from "./kafkaAnswers.ts";
import { chooseFreePort, portOf, retryTakenPorts } from "./ports.ts";
import type { Killable, Provider, RunningKafka, ServerPlan } from "./runningServer.ts";
import { type ServerProcess, startServerProcess } from "./serverProcess.ts";

/** Kafka's jars, wherever they come from. */
export type KafkaProgram = { readonly provider: Provider; readonly libs: string; readonly description: string };

const leastJava = 17;

/** The path of a Java that Kafka runs on. Throws a `UserError` that says what to install. */
export const findJava = async (): Promise<string> => {
  const home = process.env["JAVA_HOME"];
  const java = home === undefined || !existsSync(join(home, "bin/java")) ? await findProgram("java") : join(home, "bin/java");
  if (java === undefined) {
    throw new UserError(
      `Kafka needs Java ${leastJava} or newer, and there is none: install it (Debian and Ubuntu: apt-get install openjdk-17-jre-headless) or set JAVA_HOME`,
    );
  }
  const { stderr } = await execa(java, ["-version"], { reject: false });
  const version = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  if (version < leastJava)
    throw new UserError(`Kafka needs Java ${leastJava} or newer, and ${java} is ${version}: install a newer one or set JAVA_HOME`);
  return java;
};

/** Starts a real Kafka on loopback, one KRaft node, with a new data folder unless there is one. */
export const startKafkaProcess = async (
  { provider, libs, description }: KafkaProgram,
  plan: ServerPlan,
): Promise<RunningKafka & Killable> => {
  const java = await findJava();
  const serveOn = async (port: number): Promise<RunningKafka & Killable> => {
    const controllerPort = plan.ports?.kafkaController ?? (await (plan.choosePort ?? chooseFreePort)([]));
    const advertisedPort = plan.ports?.kafkaAdvertised ?? port;
    const { stop, kill, died } = await serve(java, join(libs, "*"), { port, controllerPort, advertisedPort }, plan);
    return { provider, brokers: [`127.0.0.1:${advertisedPort}`], description: `${description} on port ${port}`, stop, kill, died };
  };
  if (plan.ports?.kafka !== undefined) return serveOn(plan.ports.kafka);
  const ports = portOf("Kafka", 9092, plan);
  return retryTakenPorts("Kafka", plan, async () => {
    const port = await ports.choose();
    const server = await serveOn(port);
    await ports.keep(port);
    return server;
  });
};

type Ports = { readonly port: number; readonly controllerPort: number; readonly advertisedPort: number };

/** Resolves when this broker, and no other one on the port, answers. */
const serve = async (java: string, classPath: string, ports: Ports, plan: ServerPlan): Promise<ServerProcess> => {
  const data = join(plan.folder, "kafka");
  await mkdir(data, { recursive: true });
  // The broker shows its rack to every client. A new one for each start tells it from any other broker, even one on a copy of its data.
  const rack = randomUUID();
  const configFile = join(plan.folder, "kafka.properties");
  await writeFile(configFile, properties({ ...ports, rack, data }));
  const logConfigFile = join(plan.folder, "kafka-log4j2.properties");
  await writeFile(logConfigFile, logProperties);
  if (!existsSync(join(data, "meta.properties"))) await makeDataFolder(java, classPath, configFile, data);

  const server = await startServerProcess({
    name: "Kafka",
    program: java,
    args: ["-Xms256m", "-Xmx512m", `-Dlog4j2.configurationFile=${logConfigFile}`, "-cp", classPath, "kafka.Kafka", configFile],
    logFile: join(plan.folder, "logs", "kafka.log"),
    cwd: plan.folder,
  });
  await server.untilItServes(`Kafka on port ${ports.port}`, () => assertKafkaOfRack("127.0.0.1", ports.port, rack), plan.signal);
  return server;
};

const makeDataFolder = async (java: string, classPath: string, configFile: string, data: string): Promise<void> => {
  // Given with "=", because one id in 64 begins with a hyphen, which would be taken for an option.
  const clusterId = randomBytes(16).toString("base64url");
  const format = ["-cp", classPath, "kafka.tools.StorageTool", "format", `--cluster-id=${clusterId}`, "--config", configFile];
  const { failed, all } = await execa(java, format, { reject: false, all: true });
  if (!failed) return;
  await rm(data, { recursive: true, force: true });
  throw new UserError(`Kafka could not make its data folder ${data}: ${all.trim().split("\n").at(-1)}`);
};

const properties = ({ port, controllerPort, advertisedPort, rack, data }: Ports & { rack: string; data: string }): string => `
process.roles=broker,controller
node.id=1
broker.rack=${rack}
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${advertisedPort}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
`;

const logProperties = `
status=error
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %m (%c{1})%n
rootLogger.level=WARN
rootLogger.appenderRef.out.ref=out
`;
