import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "@cart/tools/own-servers";
import { calm } from "./scenarios/calm.ts";
import { duplicates } from "./scenarios/garbage.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import type { ServiceName } from "./system/system.ts";

/** A change to a built file. `from` has to occur exactly once, so that a moved guard is noticed. */
type Patch = {
  /** The folder below `packages` that has the file; by default it is the service's own. */
  readonly package?: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
};

/** A guard that is removed, and a scenario that has to fail without it. */
export type Sabotage = {
  readonly guard: string;
  readonly service: ServiceName;
  readonly patches: readonly Patch[];
  readonly scenario: Scenario;
};

export const sabotages: readonly Sabotage[] = [
  {
    guard: "the projector's version guard",
    service: "projector",
    patches: [
      { package: "read-model", file: "projection/projectBatch.js", from: "isOfThisType && version <= state.version", to: "false" },
      { package: "read-model", file: "projection/projection.js", from: "if (version !== state.version + 1)", to: "if (false)" },
    ],
    scenario: duplicates,
  },
  {
    guard: "the relay's lease",
    service: "outbox-relay",
    patches: [
      {
        file: "leases/shardLeases.js",
        from: "performance.now() < validUntil ? shards : []",
        to: "Array.from({ length: 16 }, (_, shard) => shard)",
      },
    ],
    scenario: calm,
  },
];

/**
 * Copies a built service, with the packages that are patched, and removes a guard from the copy. It patches the copy instead of
 * configuring the service, because a switch in the service could be flipped by accident.
 * Returns the copy's folder.
 */
export const sabotagedProgram = async ({ service, patches }: Sabotage, folder: string): Promise<string> => {
  const original = join(repositoryRoot, "services", service);
  const copy = join(folder, service);
  const modules = join(copy, "node_modules");
  await copyBuilt(original, copy);
  const copied = new Set(patches.flatMap((patch) => patch.package ?? []));
  await linkEntries(join(original, "node_modules"), modules, new Set(["@cart"]));
  await linkEntries(join(original, "node_modules/@cart"), join(modules, "@cart"), copied);
  for (const name of copied) {
    await copyBuilt(join(repositoryRoot, "packages", name), join(modules, "@cart", name));
    await symlink(join(repositoryRoot, "packages", name, "node_modules"), join(modules, "@cart", name, "node_modules"));
  }
  for (const { package: name, file, from, to } of patches) {
    const path = join(name === undefined ? copy : join(modules, "@cart", name), "dist", file);
    const text = await readFile(path, "utf8");
    const places = text.split(from).length - 1;
    if (places !== 1)
      throw new Error(`"${from}" occurs ${places} times in ${file} of ${service}, expected once: adapt the self-check to the code`);
    await writeFile(
      path,
      text.replace(from, () => to),
    );
  }
  return copy;
};

const copyBuilt = async (original: string, copy: string): Promise<void> => {
  await mkdir(copy, { recursive: true });
  await cp(join(original, "dist"), join(copy, "dist"), { recursive: true });
  await cp(join(original, "package.json"), join(copy, "package.json"));
};

const linkEntries = async (from: string, to: string, except: ReadonlySet<string>): Promise<void> => {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) if (!except.has(name)) await symlink(join(from, name), join(to, name));
};
