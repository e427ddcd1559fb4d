import { join } from "node:path";
import { runParts, runSuite, type SuiteRun, type SuiteVerdict, untilAborted } from "@cart/tests-common";
import { dataFolder, step, UserError } from "@cart/tools/own-servers";
import type { Findings } from "./findings.ts";
import { type Life, lives } from "./lives.ts";
import { type Sabotage, sabotages } from "./sabotages.ts";
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

type Part = Life | Sabotage;

const isSabotage = (part: Part): part is Sabotage => "patches" in part;

/** Throws a `UserError` if the command line names parts of the other kind alone. */
const chosenOf = <P extends Part>(parts: readonly Part[], isWanted: (part: Part) => part is P, wanted: string): readonly P[] => {
  const chosen = parts.filter(isWanted);
  if (chosen.length > 0) return chosen;
  throw new UserError(`--only names no ${wanted}: a sabotage needs --self-check, and a life runs without it`);
};

const run = async (suite: SuiteRun<Part>): Promise<SuiteVerdict> => {
  const { values, folder, report, signal } = suite;
  const checks = values["self-check"] === true;
  const chosenSabotages = checks ? chosenOf(suite.chosen, isSabotage, "sabotage") : [];
  const chosen = checks ? [] : chosenOf(suite.chosen, (part): part is Life => !isSabotage(part), "life");
  const logFolder = join(dataFolder, "erasure");
  report(`the services' logs are in ${logFolder}`);
  const reach = await step(report, "servers started", () => startServers(suite));
  const options = { reach, folder, logFolder, signal };
  if (checks) return selfCheck({ ...options, sabotages: chosenSabotages, report, runLife });
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
  part: "life or sabotage",
  parts: [...lives, ...sabotages],
  options: {
    "self-check": { type: "boolean", help: "forgets one place at a time, and fails unless the suite finds the person there" },
  },
  maxMinutes: ({ "self-check": checks }) => (checks === true ? 60 : 30),
  run: async (suite) => (await untilAborted(run(suite), suite.signal)) ?? { mistakeCount: 0 },
});
