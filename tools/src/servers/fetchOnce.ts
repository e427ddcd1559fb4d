import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../paths.ts";

/**
 * The folder of this name in the user's cache; `fill` makes it when it is not there.
 * It appears whole or not at all. Two processes that fill it at once do the work
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

/** What a process that was killed while it filled has left: hundreds of megabytes that nobody else would ever delete. */
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
    // EPERM: it is there, and somebody else's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};
