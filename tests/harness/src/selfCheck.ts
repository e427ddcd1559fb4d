import { join } from "node:path";
import type { SuiteVerdict } from "@cart/tests-common";
import { step } from "@cart/tools/own-servers";
import { makeBuiltCopy, type Patch } from "./builtCopy.ts";
import { type RunOptions, runScenario } from "./runScenario.ts";
import type { Scenario } from "./scenario.ts";
import { summaryOf } from "./summary.ts";
import type { ServiceName } from "./system/system.ts";

/** A guard that is removed, and a scenario that has to fail without it. */
export type Sabotage<Surroundings> = {
  readonly guard: string;
  /** The services that run without it. */
  readonly services: readonly ServiceName[];
  readonly patches: readonly Patch[];
  readonly scenario: Scenario<Surroundings>;
};

/** Seconds to wait for an empty backlog, which a sabotaged service may never reach. It is longer than a system with its guards needs. */
const defaultPatienceSeconds = 10;

/** Runs a scenario without each of the guards, one at a time. A scenario that finds nothing wrong then is a mistake. */
export const selfCheck = async <Surroundings>(
  sabotages: readonly Sabotage<Surroundings>[],
  options: RunOptions<Surroundings>,
  folder: string,
): Promise<SuiteVerdict> => {
  const { report, random, patienceSeconds = defaultPatienceSeconds } = options;
  const copy = join(folder, "sabotaged");
  let mistakeCount = 0;
  for (const [index, { guard, services, patches, scenario }] of sabotages.entries()) {
    await makeBuiltCopy(copy, patches);
    const programs = Object.fromEntries(services.map((service) => [service, join(copy, "services", service)]));
    const sabotaged = { ...options, random: random.fork(scenario.name), programs, patienceSeconds };
    const work = () => runScenario({ ...scenario, name: `without-guard-${index + 1}` }, sabotaged);
    const { findings } = await step(report, `without ${guard}`, work, summaryOf);
    for (const example of findings.examples()) report(`    ${example.slice(0, 200)}`);
    if (findings.total() === 0) mistakeCount += 1;
    const verdict =
      findings.total() > 0
        ? `✔ red without ${guard}, as it has to be`
        : `✘ green without ${guard}: the suite is blind to what it guards against`;
    console.log(verdict);
  }
  return { mistakeCount };
};
