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
  type Scenario,
  seedOf,
  selfCheck,
  startSystem,
} from "@cart/tests-harness";
import { dataFolder, step } from "@cart/tools/own-servers";
import { sabotages } from "./sabotage.ts";
import { scenarios } from "./scenarios/index.ts";
import { sessionTimeoutMs, startServers, type Surroundings } from "./system/servers.ts";

const script = "test:faults";

const replicas = { "command-api": 1, "query-api": 1, "outbox-relay": 2, projector: 2, "cart-abandonment": 0, console: 0 };

const settings = {
  // As a shop needs it that may have to erase shoppers. The cluster suite stores plain text.
  SEAL_PERSONAL_DATA: "true",
  KAFKA_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
};

const run = async (suite: SuiteRun<Scenario<Surroundings>>): Promise<SuiteVerdict> => {
  const { values, folder, report, signal, atEnd } = suite;
  assertOptions(values);
  const seed = seedOf(values);
  const logFolder = join(dataFolder, "faults");
  report(`seed ${seed}; the services' logs are in ${logFolder}`);
  const servers = await step(report, "servers started", () => startServers(folder, report));
  atEnd(servers.stop);
  const options: RunOptions<Surroundings> = {
    surroundings: { servers },
    startSystem: (system) =>
      startSystem({
        ...system,
        reach: servers.reach,
        replicas: { ...replicas, ...system.replicas },
        env: { ...settings, ...system.env },
      }),
    random: createRandom(seed),
    logFolder,
    report,
    signal,
  };
  const work =
    values["self-check"] === true
      ? selfCheck(sabotages, options, folder)
      : runRounds({ script, suite, run: (scenario, random, round) => runScenario(scenario, { ...options, random, round }) });
  return (await untilAborted(work, signal)) ?? { mistakeCount: 0 };
};

await runSuite({
  script,
  about: `Runs the system as real processes on a MySQL and a Kafka of its own, under load, and injects faults. After
each scenario the clients' ledger, the event store, the Kafka topic and the read model are compared: nothing
acknowledged is lost, nothing has its effect twice, nothing is out of order. Exit code 1 if anything is.`,
  part: "scenario",
  parts: scenarios,
  options: roundsOptions,
  maxMinutes: (values) => 90 * roundsOf(values),
  run,
});
