import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type Report, step } from "../progress.ts";
import { UserError } from "../userError.ts";
import { waitUntil } from "./waitUntil.ts";
import { watchdogPid } from "./watchdog.ts";

type Owner = { readonly starter: number; readonly watchdog: number };

/**
 * Only one start at a time uses a data folder. One that was killed may still be
 * stopping its servers, which hold the data and the ports: that is waited for.
 * Returns how to give the folder back; throws a `UserError` when another start has it.
 */
export const claimDataFolder = async (folder: string, report: Report): Promise<() => Promise<void>> => {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "owner.json");
  const own = JSON.stringify({ starter: process.pid, watchdog: watchdogPid() });
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await writeFile(file, own, { flag: "wx" });
      return () => rm(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const owner = await readOwner(file);
    if (owner !== undefined && (await runs(owner.starter, "startCli.ts"))) {
      throw new UserError(`npm start runs here already (process ${owner.starter}): stop that one first`);
    }
    if (owner !== undefined && (await runs(owner.watchdog, "watchdog.mjs"))) {
      await step(report, "what an earlier start left running has stopped", () =>
        waitUntil(`process ${owner.watchdog}, which stops what an earlier start left running`, 30, async () => {
          if (await runs(owner.watchdog, "watchdog.mjs")) throw new Error("it still runs");
        }),
      );
    }
    await rm(file, { force: true });
  }
  throw new UserError(`another npm start keeps taking ${file}`);
};

const readOwner = async (file: string): Promise<Owner | undefined> => {
  try {
    const owner: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof owner !== "object" || owner === null || !("starter" in owner) || !("watchdog" in owner)) return undefined;
    const { starter, watchdog } = owner;
    return typeof starter === "number" && typeof watchdog === "number" ? { starter, watchdog } : undefined;
  } catch {
    return undefined; // gone by now, or cut short by a full disk
  }
};

/** Whether the process is there and is that program: after a restart its number may be another's. */
const runs = async (pid: number, program: string): Promise<boolean> => {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, "utf8")).includes(program);
  } catch {
    if (process.platform === "linux") return false;
    const { stdout } = await execa("ps", ["-o", "args=", "-p", String(pid)], { reject: false });
    return stdout.includes(program);
  }
};
