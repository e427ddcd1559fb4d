import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { repositoryRoot } from "@cart/tools/own-servers";

export type Folder = { readonly name: string };

/** Returns the folders, named relative to the repository, that have specs which run on a real MySQL server. */
export const foldersWithMysqlSpecs = async (): Promise<readonly Folder[]> => {
  const parents = ["packages", "services"].map((name) => join(repositoryRoot, name));
  const children = await Promise.all(parents.map(async (parent) => (await readdir(parent)).toSorted().map((name) => join(parent, name))));
  const folders = [...children.flat(), join(repositoryRoot, "migrations")];
  const found = await Promise.all(folders.map(async (folder) => (await usesMysql(folder)) && (await hasServerSpecs(folder))));
  return folders.filter((_, index) => found[index]).map((folder) => ({ name: relative(repositoryRoot, folder) }));
};

/** Whatever reaches MySQL depends on the driver or on the package around it. */
const usesMysql = async (folder: string): Promise<boolean> => {
  const manifest = await readFile(join(folder, "package.json"), "utf8");
  return ["mysql2", "@cart/mysql"].some((name) => manifest.includes(`"${name}"`));
};

const hasServerSpecs = async (folder: string): Promise<boolean> => {
  const files = await readdir(join(folder, "src"), { recursive: true }).catch(() => []);
  return files.some((file) => file.endsWith(".int.spec.ts"));
};
