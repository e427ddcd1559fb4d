import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Static, Type } from "typebox";
import { Check } from "typebox/value";
import { UserError } from "./userError.ts";

const runningSystem = Type.Object({
  /** The process of `npm start`. */
  pid: Type.Integer(),
  /** The value of the header Instance-Id that each service of this start sends with /readyz. */
  instanceId: Type.String(),
  mysqlUrl: Type.String(),
  kafkaBrokers: Type.Array(Type.String()),
  /** The address of each service. */
  services: Type.Record(Type.String(), Type.String()),
});

/** What the other npm scripts need to know of a system that `npm start` runs. */
export type RunningSystem = Static<typeof runningSystem>;

const fileIn = (folder: string): string => join(folder, "running.json");

/**
 * Writes into the data folder how to reach the system. Only this user may read the file, because MySQL's URL
 * has a password. Returns a function that removes it.
 */
export const recordSystem = async (folder: string, system: RunningSystem): Promise<() => Promise<void>> => {
  const file = fileIn(folder);
  await rm(`${file}.partial`, { force: true });
  await writeFile(`${file}.partial`, `${JSON.stringify(system, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.partial`, file);
  return () => rm(file, { force: true });
};

/**
 * Finds the system that runs on a data folder. A start that was killed leaves its file behind, and other programs may
 * have its process id and ports by now, so one of its services has to prove that it belongs to this start. Throws a
 * `UserError` if no system runs.
 */
export const findRunningSystem = async (folder: string): Promise<RunningSystem> => {
  const system = await readSystem(folder);
  if (system === undefined) throw new UserError(`no system runs on ${folder}`);
  const proofs = Object.values(system.services).map((url) => assertOfStart(url, system.instanceId));
  try {
    await Promise.any(proofs);
  } catch {
    throw new UserError(`no system runs on ${folder}: the start that used it (process ${system.pid}) has ended`);
  }
  return system;
};

const readSystem = async (folder: string): Promise<RunningSystem | undefined> => {
  try {
    const system: unknown = JSON.parse(await readFile(fileIn(folder), "utf8"));
    return Check(runningSystem, system) ? system : undefined;
  } catch {
    return undefined; // The file is missing or damaged.
  }
};

const assertOfStart = async (url: string, instanceId: string): Promise<void> => {
  const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
  // A body that nobody reads keeps its connection open.
  await response.body?.cancel();
  if (response.headers.get("Instance-Id") !== instanceId) throw new Error("another program answers");
};
