import { join } from "node:path";
import { runSuite, type SuiteRun, type SuiteVerdict, untilAborted } from "@cart/tests-common";
import {
  assertOptions,
  createRandom,
  roundsOf,
  roundsOptions,
  type RunOptions,
  runRounds,
  runScenario,
  seedOf,
  selfCheck,
  silenceColumn,
  startSystem,
} from "@cart/tests-harness";
import {
  dataFolder,
  explain,
  findHaproxy,
  prepareOwnKafka,
  prepareOwnMysql,
  reportToStderr,
  step,
  UserError,
} from "@cart/tools/own-servers";
import { type Cluster, replicas, restore, startCluster, waitUntilWhole } from "./cluster.ts";
import { measureConsistency } from "./consistency/measureConsistency.ts";
import { findWayToOwnNetwork, isInOwnNetwork, runInOwnNetwork } from "./network/ownNetwork.ts";
import { producerCheck } from "./producer/producerCheck.ts";
import { sabotages } from "./sabotages.ts";
import { scenarios } from "./scenarios/index.ts";
import type { Scenario, Surroundings } from "./scenarios/scenario.ts";

const script = "test:cluster";

/** Two sites, each with a command-api, a relay, a projector and a cart-abandonment. */
const processes = { "command-api": 2, "query-api": 1, "outbox-relay": 2, projector: 2, "cart-abandonment": 2, console: 1 };

/** Seconds: a fail-over of MySQL can take 30 s, and the brokers of a machine that is busy restart slowly. */
const patienceSeconds = 120;

/** Seconds for a system without a guard, which may never recover. The scenarios have seen by then what the guard prevents. */
const checkPatienceSeconds = 10;

/** The scenario whose fault the self-check of the producers injects, and with whose name it is chosen. */
const producersScenario = "moved-partitions";

const clusterOptions = {
  ...roundsOptions,
  consistency: { type: "boolean", help: "measures what the levels of group_replication_consistency cost an append, and runs no scenario" },
} as const;

const run = async (suite: SuiteRun<Scenario>): Promise<SuiteVerdict> => {
  const { values, folder, report, signal } = suite;
  assertClusterOptions(suite);
  const seed = seedOf(values);
  const logFolder = join(dataFolder, "cluster");
  report(`seed ${seed}; the services' logs are in ${logFolder}`);
  const cluster = await step(report, "three brokers, three MySQL members and the primary's address started", () => startCluster(suite));
  const { mysqlUrl, kafka } = cluster;
  const reach = { mysqlUrl, eventStoreUrl: mysqlUrl, readModelUrl: mysqlUrl, brokers: kafka.brokers, replicationFactor: replicas };
  const options: RunOptions<Surroundings> = {
    surroundings: { cluster },
    startSystem: async (system) => {
      await waitUntilWhole(cluster);
      return startSystem({ ...system, reach, replicas: processes });
    },
    restore: () => restore(cluster),
    random: createRandom(seed),
    logFolder,
    report,
    signal,
    patienceSeconds,
  };
  const rounds = (): Promise<SuiteVerdict> =>
    runRounds({
      script,
      suite: { ...suite, chosen: possibleOf(suite, cluster) },
      run: (scenario, random, round) => runScenario(scenario, { ...options, random, round }),
      columns: [silenceColumn],
    });
  const check = async (): Promise<SuiteVerdict> => {
    const withProducers = suite.chosen.some(({ name }) => name === producersScenario);
    const producer = withProducers ? await producerCheck(kafka, report, folder) : { mistakeCount: 0 };
    const ofChosen = sabotages.filter(({ scenario }) => suite.chosen.some(({ name }) => name === scenario.name));
    const system = await selfCheck(ofChosen, { ...options, patienceSeconds: checkPatienceSeconds }, folder);
    return { mistakeCount: producer.mistakeCount + system.mistakeCount };
  };
  const measure = (): Promise<SuiteVerdict> =>
    measureConsistency({
      cluster,
      startSystem: (name) => options.startSystem({ name, logFolder: join(logFolder, name), env: {}, replicas: {}, programs: {}, signal }),
      report,
    });
  const work = values["consistency"] === true ? measure : values["self-check"] === true ? check : rounds;
  return (await untilAborted(work(), signal)) ?? { mistakeCount: 0 };
};

const assertClusterOptions = ({ values, chosen }: SuiteRun<Scenario>): void => {
  assertOptions(values);
  const isChecked = ({ name }: Scenario): boolean => name === producersScenario || sabotages.some(({ scenario }) => scenario.name === name);
  if (values["self-check"] === true && !chosen.some(isChecked)) throw new UserError("no guard is taken out for these scenarios");
  const others = Object.keys(values).filter((name) => name !== "consistency");
  if (values["consistency"] === true && others.length > 0)
    throw new UserError(`--consistency is a separate run: leave out --${others.join(" and --")}`);
};

/** The chosen scenarios that can run on the network that the servers have. */
const possibleOf = ({ chosen, report }: SuiteRun<Scenario>, { network }: Cluster): readonly Scenario[] => {
  const possible = chosen.filter(({ cutsConnections }) => network !== undefined || cutsConnections !== true);
  for (const { name } of chosen.filter((scenario) => !possible.includes(scenario))) {
    report(`skipped: ${name}, because this user may not have a network namespace (unshare, nsenter, ip)`);
  }
  if (possible.length === 0) throw new UserError("no scenario is left to run");
  return possible;
};

/** Fetches what the suite runs, because nothing can be fetched in a network of its own, and runs the suite there. */
const runThere = async (way: readonly string[]): Promise<number> => {
  try {
    const plan = { report: reportToStderr };
    await prepareOwnMysql(plan);
    await prepareOwnKafka(plan);
    await findHaproxy(plan);
    return await runInOwnNetwork(way);
  } catch (error) {
    reportToStderr(`✘ ${explain(error)}`);
    return 1;
  }
};

const isHelp = process.argv.some((arg) => arg === "--help" || arg === "-h");
const way = isInOwnNetwork() || isHelp ? undefined : await findWayToOwnNetwork();
if (way !== undefined) process.exit(await runThere(way));

await runSuite({
  script,
  about: `Runs the system in two sites on three Kafka brokers (three copies of each partition, two needed for a write) and on
three members of MySQL Group Replication behind an address that follows the primary. Under load it restarts, kills
and cuts off servers, moves partitions and the primary, and takes a whole site away. After each scenario the
clients' ledger, the event store, the Kafka topic and the read model are compared: nothing acknowledged is lost,
nothing has its effect twice, nothing is out of order. Exit code 1 if anything is.`,
  part: "scenario",
  parts: scenarios,
  options: clusterOptions,
  maxMinutes: (values) => 60 * roundsOf(values),
  run,
});
