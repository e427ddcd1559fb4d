import { randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type Report, step } from "../progress.ts";
import { UserError } from "../userError.ts";
import { waitUntil } from "./waitUntil.ts";
import { watchdogPid } from "./watchdog.ts";

type Owner = { readonly starter: number; readonly watchdog: number };
type Claim = { readonly number: number; readonly file: string };

const nobody = "{}\n";

/**
 * Claims a data folder, so that only one start at a time uses it, even if several begin at
 * the same instant. If an earlier start was killed, its servers may still be stopping and
 * hold the data and the ports: the claim waits until they have stopped. Returns a function
 * that gives the folder back. Throws a `UserError` if another start has the folder.
 *
 * Claims are files with ascending numbers, and the highest number counts. `link` creates a
 * claim atomically, and fails if its number exists. The highest claim is never removed; the
 * next claim supersedes it after its process has ended. So stale knowledge about an old claim
 * can never remove a new one. A start that claims a number that was used before sees the
 * higher number and removes its own claim.
 */
export const claimDataFolder = async (folder: string, report: Report, signal?: AbortSignal): Promise<() => Promise<void>> => {
  await mkdir(folder, { recursive: true });
  const content = join(folder, `claim-${process.pid}-${randomUUID()}.partial`);
  try {
    await writeFile(content, JSON.stringify({ starter: process.pid, watchdog: watchdogPid() }));
    for (let attempt = 0; attempt < 50; attempt++) {
      const highest = (await claims(folder)).at(-1);
      if (highest !== undefined) await assertEnded(highest.file, report, signal);
      const own = { number: (highest?.number ?? 0) + 1, file: join(folder, `owner.${(highest?.number ?? 0) + 1}.json`) };
      if (!(await linked(content, own.file))) continue;
      const all = await claims(folder);
      if (all.at(-1)?.number !== own.number) {
        await rm(own.file, { force: true });
        continue;
      }
      for (const older of all.slice(0, -1)) await rm(older.file, { force: true });
      return () => giveBack(own.file);
    }
    throw new UserError(`other starts keep claiming ${folder}: wait for them, or choose another folder with --data`);
  } finally {
    await rm(content, { force: true });
  }
};

/** Returns the claims in ascending order. Earlier releases had a single file without a number, which counts as 0. */
const claims = async (folder: string): Promise<readonly Claim[]> => {
  const found = (await readdir(folder)).flatMap((name) => {
    const match = /^owner(?:\.(\d+))?\.json$/.exec(name);
    return match === null ? [] : [{ number: Number(match[1] ?? 0), file: join(folder, name) }];
  });
  return found.toSorted((a, b) => a.number - b.number);
};

/** Empties the claim. Its file stays, because the highest number must not be assigned twice. */
const giveBack = async (file: string): Promise<void> => {
  await writeFile(`${file}.partial`, nobody);
  await rename(`${file}.partial`, file);
};

const linked = async (content: string, file: string): Promise<boolean> => {
  try {
    await link(content, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
};

const assertEnded = async (file: string, report: Report, signal: AbortSignal | undefined): Promise<void> => {
  const owner = await readOwner(file);
  if (owner === undefined) return;
  if (await runs(owner.starter, "startCli.ts")) {
    throw new UserError(`npm start already runs here (process ${owner.starter}): stop that process first`);
  }
  if (!(await runs(owner.watchdog, "watchdog.mjs"))) return;
  await step(report, "what an earlier start left running has stopped", () =>
    waitUntil(
      `process ${owner.watchdog}, which stops what an earlier start left running`,
      30,
      async () => {
        if (await runs(owner.watchdog, "watchdog.mjs")) throw new Error("it still runs");
      },
      signal,
    ),
  );
};

const readOwner = async (file: string): Promise<Owner | undefined> => {
  try {
    const owner: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof owner !== "object" || owner === null || !("starter" in owner) || !("watchdog" in owner)) return undefined;
    const { starter, watchdog } = owner;
    return typeof starter === "number" && typeof watchdog === "number" ? { starter, watchdog } : undefined;
  } catch {
    return undefined; // The claim was superseded and removed, or is damaged.
  }
};

/** Tells whether the process exists and runs that program. After a restart of the machine another program may have its id. */
const runs = async (pid: number, program: string): Promise<boolean> => {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, "utf8")).includes(program);
  } catch {
    if (process.platform === "linux") return false;
    const { stdout } = await execa("ps", ["-o", "args=", "-p", String(pid)], { reject: false });
    return stdout.includes(program);
  }
};
