import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";

/** An event in an object of the archive. */
export type ObjectLine = {
  readonly version: number;
  /** Hexadecimal. */
  readonly event_id: string;
  readonly event_type: string;
  readonly schema_version: number;
  readonly created_at: string;
  readonly event_data: string;
  readonly metadata: string;
};

export type ArchiveObject = {
  readonly lines: readonly ObjectLine[];
  /** What is wrong with the object; `undefined` if it is whole. */
  readonly problem: string | undefined;
};

type Manifest = { readonly events: number; readonly sha256: string };

/** Reads the text of an object. Resolves to `undefined` if there is no object. */
export const readObjectText = async (folder: string, key: string): Promise<string | undefined> => {
  const object = await readFile(join(folder, key)).catch(() => undefined);
  return object === undefined ? undefined : gunzipSync(object).toString("utf8");
};

/** Reads an object that must have so many events, without the event store's code. */
export const readArchiveObject = async (folder: string, key: string, events: number): Promise<ArchiveObject> => {
  const text = await readObjectText(folder, key);
  if (text === undefined) return { lines: [], problem: "is missing" };
  const end = text.indexOf("\n") + 1;
  const manifest = JSON.parse(text.slice(0, end)) as Manifest;
  const rest = text.slice(end);
  const lines = rest
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ObjectLine);
  if (createHash("sha256").update(rest).digest("hex") !== manifest.sha256) return { lines, problem: "has another checksum" };
  const isWhole = manifest.events === events && lines.length === events;
  return { lines, problem: isWhole ? undefined : `has ${lines.length} events, expected ${events}` };
};

/** Returns the keys of all objects in the folder, without the temporary files that a killed process leaves. */
export const objectKeys = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
};
