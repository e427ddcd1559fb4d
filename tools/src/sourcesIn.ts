import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "./paths.ts";

/** Every TypeScript file in the folder, without installed and built files, which are a hundred times as many. */
export const sourcesIn = (folder: string): { path: string; text: string }[] =>
  readdirSync(join(repositoryRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ["node_modules", "dist"].includes(entry.name) ? [] : sourcesIn(path);
    return entry.name.endsWith(".ts") ? [{ path, text: readFileSync(join(repositoryRoot, path), "utf8") }] : [];
  });
