import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../paths.ts";

/** The source folders that a service runs: its own, and those of the packages that it depends on, directly or not. */
export const sourceFolders = (service: string): readonly string[] => {
  const found = new Set<string>();
  const add = (folder: string): void => {
    if (found.has(folder)) return;
    found.add(folder);
    // Services depend on packages only, and the folder of a package is its name without the scope.
    for (const name of dependenciesOf(folder)) if (name.startsWith("@cart/")) add(join("packages", name.slice("@cart/".length)));
  };
  add(join("services", service));
  return [...found].map((folder) => join(repositoryRoot, folder, "src"));
};

const dependenciesOf = (folder: string): readonly string[] => {
  const manifest: unknown = JSON.parse(readFileSync(join(repositoryRoot, folder, "package.json"), "utf8"));
  if (typeof manifest !== "object" || manifest === null || !("dependencies" in manifest)) return [];
  return Object.keys(manifest.dependencies ?? {});
};
