import { availableParallelism } from "node:os";
import { join } from "node:path";
import { runParts, runSuite, type SuiteRun, type SuiteVerdict, untilAborted } from "@cart/tests-common";
import { dataFolder, step, UserError } from "@cart/tools/own-servers";
import { createRandom } from "./random.ts";
import { type RunOptions, runScenario } from "./runScenario.ts";
import { scenarios } from "./scenarios/index.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { selfCheck } from "./selfCheck.ts";
import { summaryOf } from "./summary.ts";
import { startServers } from "./system/servers.ts";
import { tableOf } from "./table.ts";
import { writeTable } from "./writeTable.ts";

const defaultSeed = 20_261_123;

const seedOf = ({ values: { seed = String(defaultSeed) } }: SuiteRun<Scenario>): number => {
  if (!Number.isSafeInteger(Number(seed))) throw new UserError(`--seed: expected a whole number, not "${String(seed)}"`);
  return Number(seed);
};

const run = async (suite: SuiteRun<Scenario>): Promise<SuiteVerdict> => {
  const { values, folder, report, signal, atEnd } = suite;
  if (values["write"] === true && (values["only"] !== undefined || values["self-check"] === true)) {
    throw new UserError("--write needs the whole suite: leave out --only and --self-check");
  }
  const seed = seedOf(suite);
  const logFolder = join(dataFolder, "faults");
  report(`seed ${seed}; the services' logs are in ${logFolder}`);
  const servers = await step(report, "servers started", () => startServers(folder, report));
  atEnd(servers.stop);
  const options = { servers, random: createRandom(seed), logFolder, report, signal };
  const work = values["self-check"] === true ? selfCheck(options, folder) : runAll(suite, options, seed);
  return (await untilAborted(work, signal)) ?? { mistakeCount: 0 };
};

const runAll = async ({ chosen, report, signal, values }: SuiteRun<Scenario>, options: RunOptions, seed: number): Promise<SuiteVerdict> => {
  const started = performance.now();
  const results = await runParts({
    parts: chosen,
    report,
    signal,
    run: (scenario) => runScenario(scenario, { ...options, random: options.random.fork(scenario.name) }),
    describe: summaryOf,
    reported: ({ findings }) => findings.examples().forEach((example) => report(`    ✘ ${example}`)),
  });
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  const table = tableOf(results);
  if (values["write"] === true && !signal.aborted) report(`written to ${await write(table, seed, minutes)}`);
  const mistakeCount = results.reduce((sum, { findings }) => sum + findings.total(), 0);
  const summary = `${mistakeCount === 0 ? "✔ all zeros" : `✘ ${mistakeCount} violations`} after ${minutes} min, seed ${seed}`;
  return { mistakeCount, table, summary };
};

const write = (table: string, seed: number, minutes: string): Promise<string> => {
  const date = new Date().toISOString().slice(0, 10);
  const about = `\`npm run test:faults -- --write\`, seed ${seed}, ${date}, ${minutes} minutes on ${availableParallelism()} cores.`;
  return writeTable(table, about);
};

await runSuite({
  script: "test:faults",
  about: `Runs the system as real processes on a MySQL and a Kafka of its own, under load, and injects faults. After
each scenario the clients' ledger, the event store, the Kafka topic and the read model are compared: nothing
acknowledged is lost, nothing has its effect twice, nothing is out of order. Exit code 1 if anything is.`,
  part: "scenario",
  parts: scenarios,
  options: {
    seed: { type: "string", value: "N", help: `seed of the random times and choices; ${defaultSeed} by default` },
    write: { type: "boolean", help: "writes the table into docs/reliability.md" },
    "self-check": { type: "boolean", help: "removes a guard from a copy of a service and expects the suite to fail" },
  },
  maxMinutes: 90,
  run,
});
