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
import { replicas, restore, startCluster, waitUntilWhole } from "./cluster.ts";
import { findWayToOwnNetwork, isInOwnNetwork, runInOwnNetwork } from "./network/ownNetwork.ts";
import { producerCheck } from "./producer/producerCheck.ts";
import { scenarios } from "./scenarios/index.ts";
import type { Scenario, Surroundings } from "./scenarios/scenario.ts";

const script = "test:cluster";

/** Two sites, each with a command-api, a relay, a projector and a cart-abandonment. */
const processes = { "command-api": 2, "query-api": 1, "outbox-relay": 2, projector: 2, "cart-abandonment": 2, console: 1 };

/** Seconds: a fail-over of MySQL can take 30 s, and the brokers of a machine that is busy restart slowly. */
const patienceSeconds = 120;

const run = async (suite: SuiteRun<Scenario>): Promise<SuiteVerdict> => {
  const { values, folder, report, signal } = suite;
  assertOptions(values);
  const seed = seedOf(values);
  const logFolder = join(dataFolder, "cluster");
  report(`seed ${seed}; the services' logs are in ${logFolder}`);
  const cluster = await step(report, "three brokers, three MySQL members and the primary's address started", () => startCluster(suite));
  const { mysqlUrl, kafka, network } = cluster;
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
  const chosen = suite.chosen.filter(({ cutsConnections }) => network !== undefined || cutsConnections !== true);
  for (const { name } of suite.chosen.filter((scenario) => !chosen.includes(scenario))) {
    report(`skipped: ${name}, because this user may not have a network namespace (unshare, nsenter, ip)`);
  }
  if (chosen.length === 0) throw new UserError("no scenario is left to run");
  const rounds = () =>
    runRounds({
      script,
      suite: { ...suite, chosen },
      run: (scenario, random) => runScenario(scenario, { ...options, random }),
      columns: [silenceColumn],
    });
  return (
    (await untilAborted(values["self-check"] === true ? producerCheck(kafka, report, folder) : rounds(), signal)) ?? { mistakeCount: 0 }
  );
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
  options: roundsOptions,
  maxMinutes: (values) => 60 * roundsOf(values),
  run,
});
