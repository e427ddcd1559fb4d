import { join } from "node:path";
import type { SuiteVerdict } from "@cart/tests-common";
import { step } from "@cart/tools/own-servers";
import { type Guard, guards, messagingWithout } from "./messaging.ts";
import { movedLeaders } from "./scenarios/movedLeaders.ts";
import { type Outcome, runScenario, type ScenarioOptions } from "./scenarios/scenario.ts";
import { summaryOf } from "./summary.ts";

type Variation = {
  readonly without: readonly Guard[];
  readonly expected: string;
  readonly isAsExpected: (outcome: Outcome) => boolean;
};

/** Without both guards the fault is there; each of them alone keeps it away. */
const variations: readonly Variation[] = [
  { without: ["mend", "check"], expected: "acknowledged messages are lost", isAsExpected: ({ lost }) => lost > 0 },
  {
    without: ["mend"],
    expected: "nothing is lost, because the check refuses what kafkajs reports as done",
    isAsExpected: ({ lost, outOfOrder, unacknowledged }) => lost === 0 && outOfOrder === 0 && unacknowledged > 0,
  },
  {
    without: ["check"],
    expected: "nothing is lost, because kafkajs sends what is left",
    isAsExpected: ({ lost, outOfOrder }) => lost === 0 && outOfOrder === 0,
  },
];

/** Runs the scenario without some of the guards. A variation that does not end as expected is a mistake. */
export const selfCheck = async (options: Omit<ScenarioOptions, "messaging">, folder: string): Promise<SuiteVerdict> => {
  let mistakeCount = 0;
  for (const { without, expected, isAsExpected } of variations) {
    const name = `without-${without.join("-and-")}`;
    const messaging = await messagingWithout(without, join(folder, name));
    const title = `without ${without.map((guard) => guards[guard]).join(" and ")}`;
    const outcome = await step(options.report, title, () => runScenario(movedLeaders, name, { ...options, messaging }), summaryOf);
    if (!isAsExpected(outcome)) mistakeCount += 1;
    console.log(`${isAsExpected(outcome) ? "✔" : "✘ not so:"} ${title} ${expected}`);
  }
  return { mistakeCount };
};
