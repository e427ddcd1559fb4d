import { join } from "node:path";
import { runParts, runSuite, type SuiteRun, untilAborted } from "@cart/tests-common";
import * as messaging from "@cart/messaging";
import { step } from "@cart/tools/own-servers";
import { startCluster } from "./cluster.ts";
import { movedLeaders } from "./scenarios/movedLeaders.ts";
import { rollingRestart } from "./scenarios/rollingRestart.ts";
import { type Outcome, runScenario, type Scenario, type ScenarioOptions } from "./scenarios/scenario.ts";
import { selfCheck } from "./selfCheck.ts";
import { summaryOf } from "./summary.ts";
import { tableOf } from "./table.ts";

const scenarios: readonly Scenario[] = [rollingRestart, movedLeaders];

const runAll = async ({ chosen, report, signal }: SuiteRun<Scenario>, cluster: ScenarioOptions["cluster"]) => {
  const outcomes = await runParts({
    parts: chosen,
    report,
    signal,
    run: (scenario) => runScenario(scenario, scenario.name, { messaging, cluster, report }),
    describe: summaryOf,
  });
  const mistakeCount = outcomes.reduce((sum, { lost, outOfOrder }: Outcome) => sum + lost + outOfOrder, 0);
  const summary = mistakeCount === 0 ? "✔ nothing lost, nothing out of order" : `✘ ${mistakeCount} messages lost or out of order`;
  return { mistakeCount, table: tableOf(outcomes), summary };
};

await runSuite({
  script: "test:cluster",
  about: `Starts three Kafka nodes as one cluster (three copies of each partition, two needed for a write). While the
product's producer sends, the brokers are restarted one after the other, and then leaders are moved between
them. Then what was acknowledged is compared with what a consumer reads: nothing is lost, and each key's
messages are in order. Exit code 1 if anything is wrong.`,
  part: "scenario",
  parts: scenarios,
  options: {
    "self-check": {
      type: "boolean",
      help: "removes the guards from a copy of the messaging package and expects to find what they prevent",
    },
  },
  maxMinutes: 30,
  run: async (run) => {
    const { folder, report, signal, values, atEnd } = run;
    const cluster = await step(report, "cluster of three nodes started", () => startCluster(join(folder, "kafka"), report, signal));
    atEnd(cluster.stop);
    const work = values["self-check"] === true ? selfCheck({ cluster, report }, folder) : runAll(run, cluster);
    return (await untilAborted(work, signal)) ?? { mistakeCount: 0 };
  },
});
