import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../paths.ts";

/**
 * Returns the folder of this name in the user's cache, which `fill` fills if it does not
 * exist. It appears whole or not at all. If two processes fill it at once, the work is done
 * twice, and the first to finish wins.
 */
export const fetchOnce = async (name: string, fill: (folder: string) => Promise<void>, cache = cacheFolder): Promise<string> => {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache, name);
  const partial = await mkdtemp(`${folder}.partial-${process.pid}-`);
  try {
    await fill(partial);
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
};

/** Removes what processes that were killed during `fill` have left: hundreds of megabytes that nothing else would ever delete. */
const removeAbandoned = async (cache: string, name: string): Promise<void> => {
  for (const entry of await readdir(cache)) {
    const pid = entry.startsWith(`${name}.partial-`) ? Number(/-(\d+)-[^-]*$/.exec(entry)?.[1]) : undefined;
    if (pid === undefined || runs(pid)) continue;
    await rm(join(cache, entry), { recursive: true, force: true });
  }
};

const runs = (pid: number): boolean => {
  if (!Number.isInteger(pid)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM means that the process exists and belongs to another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};
