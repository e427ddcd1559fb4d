import { availableParallelism } from "node:os";
import { runParts, type SuiteRun, type SuiteValues, type SuiteVerdict } from "@cart/tests-common";
import { UserError } from "@cart/tools/own-servers";
import { createRandom, type Random } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { joinResults, type ScenarioResult } from "./scenarioResult.ts";
import { summaryOf } from "./summary.ts";
import { tableOf } from "./table.ts";
import { writeTable } from "./writeTable.ts";

const defaultSeed = 20_261_123;

/** The options of every suite that injects faults. */
export const roundsOptions = {
  seed: { type: "string", value: "S", help: `seed of the random times and choices; ${defaultSeed} by default` },
  rounds: { type: "string", value: "N", help: "runs the scenarios N times, with the seeds S, S + 1 and so on; once by default" },
  write: { type: "boolean", help: "writes the table into docs/reliability.md" },
  "self-check": { type: "boolean", help: "removes guards from copies of programs and expects the suite to fail" },
} as const;

const wholeNumber = (values: SuiteValues, name: string, least: number, otherwise: number): number => {
  const text = values[name] ?? String(otherwise);
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new UserError(`--${name}: expected a whole number from ${least}, not "${String(text)}"`);
};

export const seedOf = (values: SuiteValues): number => wholeNumber(values, "seed", 0, defaultSeed);

export const roundsOf = (values: SuiteValues): number => wholeNumber(values, "rounds", 1, 1);

/** Throws a `UserError` if the options contradict each other. */
export const assertOptions = (values: SuiteValues): void => {
  if (values["write"] === true && (values["only"] !== undefined || values["self-check"] === true)) {
    throw new UserError("--write needs the whole suite: leave out --only and --self-check");
  }
  if (values["rounds"] !== undefined && values["self-check"] === true)
    throw new UserError("--self-check has no rounds: leave out --rounds");
};

export type Rounds<Surroundings> = {
  /** The npm script, such as `test:faults`. */
  readonly script: string;
  readonly suite: SuiteRun<Scenario<Surroundings>>;
  /** Runs a scenario in a round, which counts from 1, on a system that no earlier round has used. */
  readonly run: (scenario: Scenario<Surroundings>, random: Random, round: number) => Promise<ScenarioResult>;
  /** Columns of the table beside those that every suite has. */
  readonly columns?: Parameters<typeof tableOf>[1];
  /** The file that `--write` changes; docs/reliability.md by default. */
  readonly document?: string;
};

/** Runs the chosen scenarios round after round, reports each round with its seed and its faults, and writes the table if that is asked for. */
export const runRounds = async <Surroundings>({
  script,
  suite,
  run,
  columns = [],
  document,
}: Rounds<Surroundings>): Promise<SuiteVerdict> => {
  const { chosen, report, signal, values } = suite;
  const [firstSeed, rounds] = [seedOf(values), roundsOf(values)];
  const started = performance.now();
  const results: ScenarioResult[] = [];
  for (let round = 0; round < rounds && !signal.aborted; round += 1) {
    const seed = firstSeed + round;
    const random = createRandom(seed);
    const ofRound = await runParts({
      parts: chosen,
      report,
      signal,
      run: (scenario) => run(scenario, random.fork(scenario.name), round + 1),
      describe: summaryOf,
      mayShare: ({ mayShare }) => mayShare === true,
      reported: ({ findings }) => findings.examples().forEach((example) => report(`    ✘ ${example}`)),
    });
    results.push(...ofRound);
    report(`round ${round + 1} of ${rounds}, seed ${seed}: ${faultsOf(ofRound)} faults injected, ${violationsOf(ofRound)} violations`);
  }
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  const joined = joinResults(results);
  const table = tableOf(joined, columns);
  const seeds = rounds === 1 ? `seed ${firstSeed}` : `seeds ${firstSeed} to ${firstSeed + rounds - 1}`;
  if (values["write"] === true && !signal.aborted) {
    const about = `${commandOf(script, rounds)}, ${seeds}, ${today()}, ${minutes} minutes on ${availableParallelism()} cores.`;
    report(`written to ${await writeTable({ script, table, about, document })}`);
  }
  const mistakeCount = violationsOf(joined);
  const verdict = mistakeCount === 0 ? "✔ all zeros" : `✘ ${mistakeCount} violations`;
  return { mistakeCount, table, summary: `${verdict} after ${minutes} min and ${faultsOf(joined)} faults, ${seeds}` };
};

const faultsOf = (results: readonly ScenarioResult[]): number => results.reduce((sum, { injected }) => sum + injected, 0);

const violationsOf = (results: readonly ScenarioResult[]): number => results.reduce((sum, { findings }) => sum + findings.total(), 0);

const commandOf = (script: string, rounds: number): string =>
  `\`npm run ${script} -- --write${rounds === 1 ? "" : ` --rounds ${rounds}`}\``;

const today = (): string => new Date().toISOString().slice(0, 10);
