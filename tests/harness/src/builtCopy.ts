import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "@cart/tools/own-servers";

/** A change to a built file. `from` has to occur exactly once, so that a moved guard is noticed. */
export type Patch = {
  /** The path from the repository, such as `packages/mysql/dist/transaction.js`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
};

/**
 * Copies every built package and service to the folder, which is emptied first, and changes the copy. A copy is changed
 * instead of a service's configuration, because a switch in the service could be flipped by accident.
 */
export const makeBuiltCopy = async (folder: string, patches: readonly Patch[]): Promise<void> => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await symlink(join(repositoryRoot, "node_modules"), join(folder, "node_modules"));
  await copyBuilt("migrations", folder);
  for (const group of ["packages", "services"]) {
    for (const name of await readdir(join(repositoryRoot, group))) await copyBuilt(join(group, name), folder);
  }
  for (const patch of patches) await change(folder, patch);
};

/** The links between packages are relative, so a copied package uses the copies of the others. */
const copyBuilt = async (path: string, folder: string): Promise<void> => {
  for (const part of ["package.json", "dist", "node_modules"]) {
    const from = join(repositoryRoot, path, part);
    if (existsSync(from)) await cp(from, join(folder, path, part), { recursive: true, verbatimSymlinks: true });
  }
};

const change = async (folder: string, { file, from, to }: Patch): Promise<void> => {
  const path = join(folder, file);
  const text = await readFile(path, "utf8");
  const places = text.split(from).length - 1;
  if (places !== 1) throw new Error(`"${from}" occurs ${places} times in ${file}, expected once: adapt the self-check to the code`);
  await writeFile(
    path,
    text.replace(from, () => to),
  );
};
