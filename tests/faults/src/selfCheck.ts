import { join } from "node:path";
import type { SuiteVerdict } from "@cart/tests-common";
import { step } from "@cart/tools/own-servers";
import { type RunOptions, runScenario } from "./runScenario.ts";
import { sabotagedProgram, sabotages } from "./sabotage.ts";
import { summaryOf } from "./summary.ts";

/** Seconds to wait for an empty backlog, which a sabotaged service may never reach. */
const patienceSeconds = 10;

/** Runs a scenario without each of the guards, one at a time. A scenario that finds nothing wrong then is a mistake. */
export const selfCheck = async (options: RunOptions, folder: string): Promise<SuiteVerdict> => {
  const { report, random } = options;
  let mistakeCount = 0;
  for (const sabotage of sabotages) {
    const { guard, service, scenario } = sabotage;
    const program = await sabotagedProgram(sabotage, join(folder, "sabotaged"));
    const sabotaged = { ...options, random: random.fork(scenario.name), programs: { [service]: program }, patienceSeconds };
    const work = () => runScenario({ ...scenario, name: `without-${service}-guard` }, sabotaged);
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
