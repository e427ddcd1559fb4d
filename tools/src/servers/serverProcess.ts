import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../userError.ts";
import { PortTaken } from "./ports.ts";
import type { Death } from "./runningServer.ts";
import { waitUntil } from "./waitUntil.ts";
import { endWithThisProcess } from "./watchdog.ts";

export type ServerProcess = {
  /** NaN if the program could not be started, which `untilItServes` reports. */
  readonly pid: number;
  readonly logFile: string;
  /**
   * Resolves when the probe passes while the process runs. The probe must prove that this
   * server answers, and not another one on the same port, and must not hang. Throws a
   * `UserError` with the end of the log if the process ends or after 120 s, and `PortTaken`
   * if the process ended because another program uses its port. Stops the process before it throws.
   */
  readonly untilItServes: (what: string, probe: () => Promise<void>, signal: AbortSignal | undefined) => Promise<void>;
  /** Resolves if the process ends without `stop` or `kill`. */
  readonly died: Promise<Death>;
  /** Sends SIGTERM, and SIGKILL after 30 s. Resolves when the process has ended. */
  readonly stop: () => Promise<void>;
  /** Sends SIGKILL, like a crash. Resolves when the process has ended. */
  readonly kill: () => Promise<void>;
};

export type ServerCommand = {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly cwd?: string;
  /** The command that runs the program, such as one that enters a network namespace; it must become the program. */
  readonly within?: readonly string[];
};

/** Matches what mysqld and Kafka log if another program uses the port. */
const bindFailure = /Bind on TCP\/IP port|Socket server failed to bind/;

/** Starts a server in its own process group, so that Ctrl-C reaches only this process, which then stops the server in order. */
export const startServerProcess = async ({ name, program, args, logFile, cwd, within = [] }: ServerCommand): Promise<ServerProcess> => {
  await mkdir(dirname(logFile), { recursive: true });
  const log = await open(logFile, "w");
  const [first = program, ...rest] = [...within, program, ...args];
  let child: ChildProcess;
  try {
    child = spawn(first, rest, { detached: true, stdio: ["ignore", log.fd, log.fd], ...(cwd === undefined ? {} : { cwd }) });
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

  const assertRunning = async (): Promise<void> => {
    if (end === undefined) return;
    const lines = (await readFile(logFile, "utf8")).trim().split("\n");
    const taken = lines.find((line) => bindFailure.test(line));
    if (taken !== undefined) throw new PortTaken(taken.trim());
    const errors = lines.filter((line) => /ERROR|FATAL|Exception|No space left/i.test(line));
    throw new UserError(`${name} ended (${end}): ${(errors.length > 0 ? errors : lines).slice(-3).join(" | ")} (its log: ${logFile})`);
  };
  let asked = false;
  const died = new Promise<Death>((resolve) => {
    void ended.then((how) => asked || resolve({ description: `${name} ended (${how}); its log: ${logFile}` }));
  });
  const stop = async (): Promise<void> => {
    asked = true;
    if (end !== undefined) return;
    child.kill("SIGTERM");
    const inTime = await Promise.race([ended.then(() => true), delay(30_000, false, { ref: false })]);
    if (!inTime) child.kill("SIGKILL");
    await ended;
  };

  return {
    pid: child.pid ?? Number.NaN,
    logFile,
    untilItServes: async (what, probe, signal) => {
      const probeWhileItRuns = async (): Promise<void> => {
        await assertRunning();
        await probe();
        // The process may have ended while the probe waited for the answer.
        await assertRunning();
      };
      try {
        await waitUntil(`${what} (its log: ${logFile})`, 120, probeWhileItRuns, signal);
      } catch (error) {
        await stop();
        throw error;
      }
    },
    died,
    stop,
    kill: async () => {
      asked = true;
      if (end === undefined) child.kill("SIGKILL");
      await ended;
    },
  };
};
