import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { step } from "../progress.ts";
import { UserError } from "../userError.ts";
import { findDocker, findImage, throwPortTaken, volumeOf, watchContainer } from "./docker.ts";
import { fetchJars } from "./fetchJars.ts";
import { fetchOnce } from "./fetchOnce.ts";
import { firstThatServes, type NotHere, notHere, type ServerProvider } from "./firstThatServes.ts";
import { assertJavaWorks, findJava } from "./java.ts";
import { assertKafkaOfRack, kafkaAnswers } from "./kafkaAnswers.ts";
import { type KafkaCluster, type KafkaClusterPlan, startKafkaCluster } from "./kafkaCluster.ts";
import { kafkaJars, kafkaVersion } from "./kafkaJars.ts";
import type { KafkaProgram } from "./kafkaNode.ts";
import { startKafkaProcess } from "./kafkaProcess.ts";
import { portOf, retryTakenPorts } from "./ports.ts";
import { type FetchPlan, never, type OwnProcess, type RunningKafka, type RunningServer, type ServerPlan } from "./runningServer.ts";
import { waitUntil } from "./waitUntil.ts";

const image = `apache/kafka:${kafkaVersion}`;

export const kafkaAdvice =
  "Start Docker, or install Java 17 or newer (Debian and Ubuntu: apt-get install default-jre-headless), " +
  "or unpack Kafka and set KAFKA_HOME, or set KAFKA_BROKERS=host:9092";

/** Returns the providers, in the order in which they are tried. */
export const kafkaProviders = (plan: ServerPlan): readonly ServerProvider<RunningKafka>[] => [
  { provider: "environment", way: "KAFKA_BROKERS", start: fromEnvironment },
  { provider: "docker", way: "Docker", start: () => fromDocker(plan) },
  ...ownPrograms(plan, (program) => startKafkaProcess(program, plan)),
];

/**
 * Starts Kafka as a process that the caller may kill and start again on its data. It is never a container or a
 * broker that the environment names.
 */
export const startOwnKafka = (plan: ServerPlan): Promise<RunningKafka & OwnProcess> =>
  firstThatServes(
    "Kafka",
    ownPrograms(plan, (program) => startKafkaProcess(program, plan)),
    ownProgramAdvice,
  );

/** Starts several nodes as one cluster, with processes like that of `startOwnKafka`. */
export const startOwnKafkaCluster = (plan: KafkaClusterPlan): Promise<KafkaCluster> =>
  firstThatServes(
    "Kafka cluster",
    ownPrograms(plan, (program) => startKafkaCluster(program, plan)),
    ownProgramAdvice,
  );

/** Fetches the Kafka that `startOwnKafkaCluster` would fetch, for a caller that starts it where nothing can be fetched. */
export const prepareOwnKafka = async (plan: FetchPlan): Promise<void> => {
  if ("notHere" in (await findInHome(plan))) await fetchKafka(plan);
};

const ownProgramAdvice =
  "Install Java 17 or newer (Debian and Ubuntu: apt-get install default-jre-headless), or unpack Kafka and set KAFKA_HOME";

/** Returns the providers that run Kafka's jars on this machine: installed ones first, then fetched ones. */
const ownPrograms = <Server extends RunningServer>(
  plan: FetchPlan,
  start: (program: KafkaProgram) => Promise<Server>,
): readonly ServerProvider<Server>[] => [
  {
    provider: "local",
    way: "Kafka in KAFKA_HOME",
    start: async () => {
      const program = await findInHome(plan);
      return "notHere" in program ? program : start(program);
    },
  },
  { provider: "fetched", way: "fetching Kafka from Maven Central", start: async () => start(await fetchKafka(plan)) },
];

/** Throws a `UserError` if Kafka would need a Java that is not installed and cannot be fetched. */
export const assertKafkaCanRun = async (): Promise<void> => {
  const named = process.env["KAFKA_BROKERS"] ?? "";
  if (named === "" && (await findDocker()) !== undefined) await assertJavaWorks();
};

const fromEnvironment = async () => {
  const value = process.env["KAFKA_BROKERS"];
  if (value === undefined || value === "") return notHere("not set");
  const brokers = value.split(",").map((broker) => broker.trim());
  const answers = await Promise.allSettled(
    brokers.map((broker) => {
      const { hostname, port } = new URL(`kafka://${broker}`);
      return kafkaAnswers(hostname, Number(port || 9092));
    }),
  );
  if (answers.every(({ status }) => status === "rejected")) throw new UserError(`no broker that KAFKA_BROKERS names answers (${value})`);
  return {
    provider: "environment" as const,
    brokers,
    description: "the brokers that KAFKA_BROKERS names",
    stop: () => Promise.resolve(),
    died: never,
  };
};

const fromDocker = async (plan: ServerPlan) => {
  const reason = await findDocker();
  if (reason !== undefined) return notHere(reason);
  await findImage(image, plan.report);
  const ports = portOf("Kafka", 9092, plan);
  return retryTakenPorts("Kafka", plan, async () => {
    // The broker tells clients to connect to the advertised address, so the host's port must be chosen before the start.
    const port = await ports.choose();
    const server = await startContainer(port, plan);
    await ports.keep(port);
    return server;
  });
};

const startContainer = async (port: number, plan: ServerPlan) => {
  const { GenericContainer } = await import("testcontainers");
  // The broker gets a rack that no other broker has, as a process does.
  const rack = randomUUID();
  let container = new GenericContainer(image).withExposedPorts({ container: 9092, host: port }).withEnvironment({
    KAFKA_NODE_ID: "1",
    KAFKA_BROKER_RACK: rack,
    KAFKA_PROCESS_ROLES: "broker,controller",
    KAFKA_CONTROLLER_QUORUM_VOTERS: "1@localhost:9093",
    KAFKA_LISTENERS: "PLAINTEXT://:9092,CONTROLLER://:9093",
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://localhost:${port}`,
    KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: "false",
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1",
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: "1",
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: "1",
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: "0",
    KAFKA_LOG_DIRS: "/home/appuser/data",
  });
  // The volume is mounted at the home folder of the image's user. A new volume takes over the owner of that
  // folder, so the broker may write.
  if (plan.keep) container = container.withBindMounts([{ source: await volumeOf("kafka", plan), target: "/home/appuser" }]);
  const started = await container.withStartupTimeout(120_000).start().catch(throwPortTaken);
  const { stop, died } = await watchContainer("Kafka", started, plan);
  try {
    await waitUntil(`${image} on port ${port}`, 120, () => assertKafkaOfRack("127.0.0.1", port, rack), plan.signal);
  } catch (error) {
    await stop();
    throw error;
  }
  const description = `${image} in Docker (testcontainers) on port ${port}`;
  return { provider: "docker" as const, brokers: [`localhost:${port}`], description, stop, died };
};

const findInHome = async (plan: FetchPlan): Promise<KafkaProgram | NotHere> => {
  const home = process.env["KAFKA_HOME"];
  if (home === undefined || home === "") return notHere("not set");
  const libs = join(home, "libs");
  if (!existsSync(libs)) throw new UserError(`KAFKA_HOME is ${home}, which has no folder libs: expected an unpacked Kafka`);
  return { provider: "local", java: await findJava(plan), libs, description: `Kafka in ${home}` };
};

const fetchKafka = async (plan: FetchPlan): Promise<KafkaProgram> => {
  // Java comes first, because jars are useless without it.
  const java = await findJava(plan);
  const libs = await fetchOnce(`kafka-${kafkaVersion}-jars`, (folder) =>
    step(plan.report, `Kafka ${kafkaVersion} fetched from Maven Central (about 45 MB)`, () => fetchJars(kafkaJars, folder, plan.signal)),
  );
  return { provider: "fetched", java, libs, description: `Kafka ${kafkaVersion} fetched from Maven Central` };
};
