import { join } from "node:path";
import { runParts, runSuite, type SuiteRun, type SuiteVerdict, untilAborted } from "@cart/tests-common";
import { dataFolder, step } from "@cart/tools/own-servers";
import { type Findings, type Life, lives } from "./lives.ts";
import { selfCheck } from "./selfCheck.ts";
import { startServers, startWorld, type WorldOptions } from "./world.ts";

const runLife = async (life: Life, options: Omit<WorldOptions, "env">): Promise<Findings> => {
  const world = await startWorld({ ...options, env: life.env });
  try {
    return await life.run(world);
  } finally {
    await world.stop();
  }
};

const run = async (suite: SuiteRun<Life>): Promise<SuiteVerdict> => {
  const { chosen, values, folder, report, signal } = suite;
  const logFolder = join(dataFolder, "erasure");
  report(`the services' logs are in ${logFolder}`);
  const reach = await step(report, "servers started", () => startServers(suite));
  const options = { reach, logFolder, signal };
  if (values["self-check"] === true) return selfCheck({ ...options, folder, report, runLife });
  let mistakeCount = 0;
  await runParts({
    parts: chosen,
    report,
    signal,
    run: async (life) => {
      const findings = await runLife(life, { ...options, name: `erasure-${life.name}` });
      mistakeCount += findings.length;
      return findings;
    },
    describe: (findings) => (findings.length === 0 ? "nothing tells who the person was" : `\n  ✘ ${findings.join("\n  ✘ ")}`),
  });
  return { mistakeCount, summary: mistakeCount === 0 ? "✔ nothing tells who the person was" : `✘ ${mistakeCount} places` };
};

await runSuite({
  script: "test:erasure",
  about: `Lives a year of the carts of two shoppers, with a text of the shopper in every field that a client can send, on real
servers and processes. Erases one of them and searches every table, topic, binary log, log file, metric, trace and answer.
Exit code 1 if anything tells who the shopper was, or if anything else has changed.`,
  part: "life",
  parts: lives,
  options: {
    "self-check": { type: "boolean", help: "forgets one place at a time, and fails unless the suite finds the person there" },
  },
  maxMinutes: 30,
  run: async (suite) => (await untilAborted(run(suite), suite.signal)) ?? { mistakeCount: 0 },
});
