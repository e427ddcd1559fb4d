import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "typebox";
import { Parse } from "typebox/value";
import { repositoryRoot } from "../paths.ts";

const manifest = Type.Object({ name: Type.String(), version: Type.String(), private: Type.Optional(Type.Boolean()) });

export type Manifest = { readonly folder: string; readonly name: string; readonly version: string; readonly isPublic: boolean };

/** The root's manifest first, then those of the whole workspace. */
export const readManifests = (): readonly Manifest[] =>
  [".", "bench", "migrations", "tools", ...["packages", "services", "tests"].flatMap(foldersIn)].map((folder) => {
    const found = Parse(manifest, JSON.parse(readFileSync(join(repositoryRoot, folder, "package.json"), "utf8")));
    return { folder, name: found.name, version: found.version, isPublic: found.private !== true };
  });

/** A folder without a manifest is what another branch has left: its built and installed files are not under version control. */
const foldersIn = (parent: string): readonly string[] =>
  readdirSync(join(repositoryRoot, parent))
    .map((name) => join(parent, name))
    .filter((folder) => existsSync(join(repositoryRoot, folder, "package.json")));
