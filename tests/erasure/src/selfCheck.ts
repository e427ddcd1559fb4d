import { join } from "node:path";
import type { SuiteVerdict } from "@cart/tests-common";
import { makeBuiltCopy } from "@cart/tests-harness";
import { type Report, step } from "@cart/tools/own-servers";
import type { Findings } from "./findings.ts";
import { type Life, lives } from "./lives.ts";
import type { Sabotage } from "./sabotages.ts";
import type { WorldOptions } from "./world.ts";

export type SelfCheckOptions = Omit<WorldOptions, "env" | "name" | "programs"> & {
  readonly sabotages: readonly Sabotage[];
  readonly report: Report;
  readonly runLife: (life: Life, options: Omit<WorldOptions, "env">) => Promise<Findings>;
};

/** Forgets one place at a time. A life that finds nothing there, or only something else, is a mistake. */
export const selfCheck = async ({ sabotages, report, runLife, ...options }: SelfCheckOptions): Promise<SuiteVerdict> => {
  const copy = join(options.folder, "sabotaged");
  let mistakeCount = 0;
  for (const { name, place, services, patches, life: lifeName, symptom } of sabotages) {
    const life = lives.find((each) => each.name === lifeName);
    if (life === undefined) throw new Error(`there is no life "${lifeName}"`);
    await makeBuiltCopy(copy, patches);
    const folderOf = (program: string): string => (program === "migrations" ? join(copy, program) : join(copy, "services", program));
    const programs = Object.fromEntries(services.map((service) => [service, folderOf(service)]));
    const findings = await step(report, `without ${place}`, () =>
      runLife(life, { ...options, name: `without-${name}`, programs }).catch((error: unknown) => [String(error)]),
    );
    for (const finding of findings.slice(0, 5)) report(`    ${finding.slice(0, 200)}`);
    const isRight = findings.some((finding) => symptom.test(finding));
    if (!isRight) mistakeCount += 1;
    console.log(isRight ? `✔ red without ${place}, as it has to be` : `✘ not found: ${symptom.source}, without ${place}`);
  }
  return { mistakeCount };
};
