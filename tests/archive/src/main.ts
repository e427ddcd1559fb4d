import { join } from "node:path";
import { runParts, runSuite, type SuiteVerdict } from "@cart/tests-common";
import { makeBuiltCopy } from "@cart/tests-harness";
import { step } from "@cart/tools/own-servers";
import { moments } from "./moments.ts";
import { runMoment } from "./runMoment.ts";
import { startArchiveSystem } from "./system.ts";

/** Without these lines the job removes what it has not stored. */
const guard = [
  {
    file: "packages/event-store/dist/archive/archiveStream.js",
    from: "await storage.put(objectKey, await encodeArchive({ aggregateType, aggregateId, tenantId, events }));",
    to: "",
  },
  {
    file: "packages/event-store/dist/archive/archiveStream.js",
    from: "const found = await decodeArchive(objectKey, await storage.get(objectKey));",
    to: "const found = { sha256 };",
  },
] as const;

const verdictOf = (results: readonly (readonly string[])[]): SuiteVerdict => ({ mistakeCount: results.flat().length });

await runSuite({
  script: "test:archive",
  about: `Lets carts live in the whole system, archives them, and kills the job at each moment of its work, while shoppers send
commands to the same carts. Exit code 1 if a cart is not whole in the event store or whole in the archive, if an
archived cart takes a command, if subscribers are not told once, if the read model, a rebuild or the funnel is wrong, or if
a restored cart has another history.`,
  part: "moment",
  parts: moments,
  options: { "self-check": { type: "boolean", help: "archive without storing anything first, which must be noticed" } },
  maxMinutes: 10,
  run: async (run) => {
    const { chosen, folder, report, signal, values } = run;
    const system = await step(report, "system started", () => startArchiveSystem(run));
    const describe = (mistakes: readonly string[]): string => (mistakes.length === 0 ? "as it has to be" : `✘ ${mistakes.join("; ")}`);
    if (values["self-check"] !== true)
      return verdictOf(await runParts({ parts: chosen, report, signal, run: (moment) => runMoment(system, moment), describe }));
    const copy = join(folder, "sabotaged");
    await makeBuiltCopy(copy, guard);
    const mistakes = await step(report, "without storing", () => runMoment(system, { name: "without storing" }, copy), describe);
    const isNoticed = mistakes.some((mistake) => mistake.includes("its object is missing"));
    report(isNoticed ? "✔ red without the guard, as it has to be" : "✘ green without the guard, because the suite is blind");
    return { mistakeCount: isNoticed ? 0 : 1 };
  },
});
