import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as messaging from "@cart/messaging";
import { explain, type KafkaCluster, onStopRequest, reportToStderr as report, step } from "@cart/tools/own-servers";
import { startCluster } from "./cluster.ts";
import { movedLeaders } from "./scenarios/movedLeaders.ts";
import { rollingRestart } from "./scenarios/rollingRestart.ts";
import { runScenario } from "./scenarios/scenario.ts";
import { selfCheck } from "./selfCheck.ts";
import { summaryOf } from "./summary.ts";

const scenarios = [rollingRestart, movedLeaders];

const help = `npm run test:cluster [-- OPTIONS]

Starts three Kafka nodes as one cluster (three copies of each partition, two needed for a write). While the
product's producer sends, the brokers are restarted one after the other, and then leaders are moved between
them. Then what was acknowledged is compared with what a consumer reads: nothing is lost, and each key's
messages are in order. Exit code 1 if anything is wrong.

  --self-check    takes the guards out, in a copy of the messaging package, and expects to find what they prevent
  --help
`;

const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" }, "self-check": { type: "boolean" } } });

const run = async (signal: AbortSignal): Promise<number> => {
  const folder = await mkdtemp(join(tmpdir(), "cart-cluster-"));
  let cluster: KafkaCluster | undefined;
  try {
    cluster = await step(report, "cluster of three nodes started", () => startCluster(join(folder, "kafka"), report, signal));
    const work = values["self-check"] === true ? selfCheck({ cluster, report }, folder) : runAll(cluster);
    // What the scenario is about to do goes wrong after a stop request, because its brokers are gone.
    work.catch(() => undefined);
    return await Promise.race([work, aborted(signal)]);
  } finally {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  }
};

const runAll = async (cluster: KafkaCluster): Promise<number> => {
  let wrong = 0;
  for (const scenario of scenarios) {
    const work = () => runScenario(scenario, scenario.name, { messaging, cluster, report });
    const { lost, outOfOrder } = await step(report, scenario.name, work, summaryOf);
    wrong += lost + outOfOrder;
  }
  console.log(wrong === 0 ? "✔ nothing lost, nothing out of order" : `✘ ${wrong} messages lost or out of order`);
  return wrong === 0 ? 0 : 1;
};

const aborted = (signal: AbortSignal): Promise<number> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(130);
    signal.addEventListener("abort", () => resolve(130), { once: true });
  });

if (values.help === true) console.log(help);
else {
  const abort = new AbortController();
  onStopRequest(
    () => {
      report("\nstopping …");
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
