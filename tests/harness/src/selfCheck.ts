import { join } from "node:path";
import type { SuiteVerdict } from "@cart/tests-common";
import { step } from "@cart/tools/own-servers";
import type { Findings } from "./check/findings.ts";
import { groupBy } from "./check/groupBy.ts";
import { makeBuiltCopy, type Patch } from "./builtCopy.ts";
import { type RunOptions, runScenario } from "./runScenario.ts";
import type { Scenario } from "./scenario.ts";
import { summaryOf } from "./summary.ts";
import type { ServiceName } from "./system/system.ts";

/**
 * A guard that is removed, and a scenario that has to fail without it. Guards with the same scenario are removed together, because a run
 * takes long: each of them needs a symptom of its own then.
 */
export type Sabotage<Surroundings> = {
  readonly guard: string;
  /** The services that run without it. */
  readonly services: readonly ServiceName[];
  readonly patches: readonly Patch[];
  readonly scenario: Scenario<Surroundings>;
  /** What one of the findings has to say, so that no other failure passes for the one that the guard prevents. Anything, by default. */
  readonly symptom?: RegExp;
};

/** Seconds to wait for an empty backlog, which a sabotaged service may never reach. It is longer than a system with its guards needs. */
const defaultPatienceSeconds = 10;

/** Runs each scenario without its guards. A guard whose symptom is not among what the scenario finds is a mistake. */
export const selfCheck = async <Surroundings>(
  sabotages: readonly Sabotage<Surroundings>[],
  options: RunOptions<Surroundings>,
  folder: string,
): Promise<SuiteVerdict> => {
  const { report, random, patienceSeconds = defaultPatienceSeconds } = options;
  const copy = join(folder, "sabotaged");
  let mistakeCount = 0;
  for (const [index, [scenario, group]] of [...groupBy(sabotages, (sabotage) => sabotage.scenario)].entries()) {
    await makeBuiltCopy(
      copy,
      group.flatMap(({ patches }) => patches),
    );
    const services = group.flatMap((sabotage) => sabotage.services);
    const programs = Object.fromEntries(services.map((service) => [service, join(copy, "services", service)]));
    const sabotaged = { ...options, random: random.fork(scenario.name), programs, patienceSeconds };
    const work = () => runScenario({ ...scenario, name: `without-guard-${index + 1}` }, sabotaged);
    const { findings } = await step(report, `without ${group.map(({ guard }) => guard).join(" and ")}`, work, summaryOf);
    for (const example of findings.examples()) report(`    ${example.slice(0, 200)}`);
    for (const { guard, symptom = /^/ } of group) {
      const isRight = findings.examples().some((example) => symptom.test(example));
      if (!isRight) mistakeCount += 1;
      console.log(isRight ? `✔ red without ${guard}, as it has to be` : `✘ ${mistakeOf(findings, symptom)} without ${guard}`);
    }
  }
  return { mistakeCount };
};

const mistakeOf = (findings: Findings, symptom: RegExp): string =>
  findings.total() === 0 ? "green, because the suite is blind," : `red, but for another reason than ${symptom.source},`;
