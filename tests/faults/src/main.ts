import { setMaxListeners } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { dataFolder, explain, onStopRequest, reportToStderr, step, UserError } from "@cart/tools/own-servers";
import { createRandom } from "./random.ts";
import { type RunOptions, runScenario, type ScenarioResult } from "./runScenario.ts";
import { sabotagedProgram, sabotages } from "./sabotage.ts";
import { scenarios } from "./scenarios/index.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { type Servers, startServers } from "./system/servers.ts";
import { tableOf } from "./table.ts";
import { writeTable } from "./writeTable.ts";

const defaultSeed = 20_261_123;

const help = `npm run test:faults [-- OPTIONS]

Runs the system as real processes on a MySQL and a Kafka of its own, under load, and injects faults. After
each scenario the clients' ledger, the event store, the Kafka topic and the read model are compared: nothing
acknowledged is lost, nothing has its effect twice, nothing is out of order. Exit code 1 if anything is.

  --only NAME     one scenario, or several separated by commas
  --seed N        seed of the random times and choices; ${defaultSeed} by default
  --write         writes the table into docs/reliability.md
  --self-check    removes a guard from a copy of a service and expects the suite to fail
  --help

Scenarios: ${scenarios.map(({ name }) => name).join(", ")}.
`;

const { values } = parseArgs({
  options: {
    help: { type: "boolean", short: "h" },
    only: { type: "string" },
    seed: { type: "string" },
    write: { type: "boolean" },
    "self-check": { type: "boolean" },
  },
});

const chosenScenarios = (): readonly Scenario[] => {
  if (values.only === undefined) return scenarios;
  return values.only.split(",").map((name) => {
    const found = scenarios.find((scenario) => scenario.name === name);
    if (found === undefined)
      throw new UserError(`there is no scenario "${name}", expected one of ${scenarios.map((one) => one.name).join(", ")}`);
    return found;
  });
};

const run = async (signal: AbortSignal): Promise<number> => {
  const chosen = chosenScenarios();
  if (values.write === true && (values.only !== undefined || values["self-check"] === true)) {
    throw new UserError("--write needs the whole suite: leave out --only and --self-check");
  }
  const seed = Number(values.seed ?? defaultSeed);
  if (!Number.isSafeInteger(seed)) throw new UserError(`--seed: expected a whole number, not "${values.seed}"`);
  const report = reportToStderr;
  const logFolder = join(dataFolder, "faults");
  report(`seed ${seed}; the services' logs are in ${logFolder}`);

  const started = performance.now();
  // Every process of a scenario listens.
  setMaxListeners(100, signal);
  const folder = await mkdtemp(join(tmpdir(), "cart-faults-"));
  let servers: Servers | undefined;
  try {
    servers = await step(report, "servers started", () => startServers(folder, report));
    const context = { servers, random: createRandom(seed), logFolder, report, signal, folder };
    const work = values["self-check"] === true ? selfCheck(context) : runAll(chosen, context);
    const results = await Promise.race([work, aborted(signal)]);
    if (results === undefined) {
      // From here on the scenario's steps fail because its services have been killed.
      work.catch(() => undefined);
      return 130;
    }
    if (typeof results === "number") return results;
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    const wrong = results.reduce((sum, { findings }) => sum + findings.total(), 0);
    console.log(`\n${tableOf(results)}\n`);
    report(`${wrong === 0 ? "✔ all zeros" : `✘ ${wrong} violations`} after ${minutes} min, seed ${seed}`);
    if (values.write === true) {
      const date = new Date().toISOString().slice(0, 10);
      const about = `\`npm run test:faults -- --write\`, seed ${seed}, ${date}, ${minutes} minutes on ${availableParallelism()} cores.`;
      report(`written to ${await writeTable(tableOf(results), about)}`);
    }
    return wrong === 0 ? 0 : 1;
  } finally {
    await step(report, "stopped", async () => {
      await servers?.stop();
      await rm(folder, { recursive: true, force: true });
    });
  }
};

type RunContext = Omit<RunOptions, "programs" | "patience"> & {
  /** Folder for temporary files. */
  readonly folder: string;
};

const runAll = async (chosen: readonly Scenario[], context: RunContext): Promise<readonly ScenarioResult[]> => {
  const { report, random } = context;
  const results: ScenarioResult[] = [];
  for (const scenario of chosen) {
    const work = () => runScenario(scenario, { ...context, random: random.fork(scenario.name) });
    const result = await step(report, scenario.name, work, summaryOf);
    results.push(result);
    for (const example of result.findings.examples()) report(`    ✘ ${example}`);
  }
  return results;
};

/** Returns the exit code: 0 if the suite fails without each of the guards. */
const selfCheck = async (context: RunContext): Promise<number> => {
  const { report, random, folder } = context;
  let blind = 0;
  for (const sabotage of sabotages) {
    const { guard, service, scenario } = sabotage;
    const program = await sabotagedProgram(sabotage, join(folder, "sabotaged"));
    const options = { ...context, random: random.fork(scenario.name), programs: { [service]: program }, patience: 10 };
    const work = () => runScenario({ ...scenario, name: `without-${service}-guard` }, options);
    const { findings } = await step(report, `without ${guard}`, work, summaryOf);
    for (const example of findings.examples()) report(`    ${example.slice(0, 200)}`);
    if (findings.total() === 0) blind += 1;
    const verdict =
      findings.total() > 0
        ? `✔ red without ${guard}, as it has to be`
        : `✘ green without ${guard}: the suite is blind to what it guards against`;
    console.log(verdict);
  }
  return blind === 0 ? 0 : 1;
};

const summaryOf = ({
  injected,
  acknowledged,
  unknown,
  refused,
  events,
  repeated,
  recovery,
  reads,
  deaths,
  findings,
}: ScenarioResult): string =>
  [
    `${injected} faults`,
    `${acknowledged} commands acknowledged, ${unknown} without an answer, ${refused} refused`,
    `${events} events, ${repeated} published again`,
    `${reads} reads`,
    ...(deaths > 0 ? [`${deaths} services ended on their own`] : []),
    ...(recovery === undefined ? [] : [`recovered in ${recovery.toFixed(1)} s`]),
    findings.total() === 0 ? "all zeros" : `${findings.total()} VIOLATIONS`,
  ].join("; ");

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });

if (values.help === true) console.log(help);
else {
  const abort = new AbortController();
  onStopRequest(
    () => {
      reportToStderr("\nstopping …");
      abort.abort();
    },
    () => process.exit(1),
  );
  let exitCode = 1;
  try {
    exitCode = await run(abort.signal);
  } catch (error) {
    console.error(`✘ ${explain(error)}`);
  }
  process.exit(exitCode);
}
