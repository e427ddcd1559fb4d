import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../userError.ts";
import { endWithThisProcess } from "./watchdog.ts";

export type ServerProcess = {
  readonly logFile: string;
  /** Throws a `UserError` with the end of its log once the process has ended. */
  readonly assertRunning: () => Promise<void>;
  /** SIGTERM, and SIGKILL after 30 s. Resolves when it has ended. */
  readonly stop: () => Promise<void>;
  /** SIGKILL, as a crash. Resolves when it has ended. */
  readonly kill: () => Promise<void>;
};

export type ServerCommand = {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly cwd?: string;
};

/** In a process group of its own, so that Ctrl-C reaches only who started it, who then stops it in order. */
export const startServerProcess = async ({ name, program, args, logFile, cwd }: ServerCommand): Promise<ServerProcess> => {
  await mkdir(dirname(logFile), { recursive: true });
  const log = await open(logFile, "w");
  let child: ChildProcess;
  try {
    child = spawn(program, args, { detached: true, stdio: ["ignore", log.fd, log.fd], ...(cwd === undefined ? {} : { cwd }) });
  } finally {
    await log.close();
  }
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
  });
  let end: string | undefined;
  void ended.then((how) => (end = how));
  endWithThisProcess(child);

  return {
    logFile,
    assertRunning: async () => {
      if (end === undefined) return;
      const lines = (await readFile(logFile, "utf8")).trim().split("\n");
      const errors = lines.filter((line) => /ERROR|FATAL|Exception|No space left/i.test(line));
      throw new UserError(`${name} ended (${end}): ${(errors.length > 0 ? errors : lines).slice(-3).join(" | ")} (its log: ${logFile})`);
    },
    stop: async () => {
      if (end !== undefined) return;
      child.kill("SIGTERM");
      const inTime = await Promise.race([ended.then(() => true), delay(30_000, false, { ref: false })]);
      if (!inTime) child.kill("SIGKILL");
      await ended;
    },
    kill: async () => {
      if (end === undefined) child.kill("SIGKILL");
      await ended;
    },
  };
};
