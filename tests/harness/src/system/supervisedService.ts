import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { endWithThisProcess, waitUntil } from "@cart/tools/own-servers";

/** A service process that is restarted whenever it exits, as by an orchestrator. */
export type SupervisedService = {
  readonly name: string;
  readonly url: string;
  readonly logFile: string;
  /** Sends SIGKILL. The process is restarted. */
  readonly kill: () => Promise<void>;
  /** Sends SIGSTOP: the process stands still with its connections open. */
  readonly pause: () => void;
  /** Sends SIGCONT. */
  readonly resume: () => void;
  /** Resolves when /readyz reports ready. Rejects after a bounded time. */
  readonly ready: () => Promise<void>;
  /** Sends SIGKILL. The process is restarted by `bringBack` only, as if its machine were gone. */
  readonly takeAway: () => Promise<void>;
  readonly bringBack: () => void;
  /** Sends SIGTERM and does not restart. Resolves to the exit code, or `null` if the process had to be killed. */
  readonly terminate: () => Promise<number | null>;
  /** Sends SIGKILL and does not restart. */
  readonly remove: () => Promise<null>;
  /** How often the process exited by itself. */
  readonly deaths: () => number;
};

export type SupervisedServiceOptions = {
  readonly name: string;
  /** Folder that contains `dist/main.js`. */
  readonly folder: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly logFolder: string;
  /** Aborted to kill the process immediately and for good. */
  readonly signal: AbortSignal;
};

/** Milliseconds between an exit and the restart. */
const restartDelayMs = 100;

/** Longest graceful stop in milliseconds; the service's own bound is 10 s. */
const longestStopMs = 15_000;

export const superviseService = ({ name, folder, port, env, logFolder, signal }: SupervisedServiceOptions): SupervisedService => {
  const logFile = join(logFolder, `${name}.log`);
  const log = createWriteStream(logFile, { flags: "a" });
  let child: ChildProcess | undefined;
  let ended: Promise<number | null> = Promise.resolve(null);
  const unwanted = new AbortController();
  let wasKilled = false;
  let deaths = 0;
  const absence = createAbsence();

  const start = (): void => {
    const started = spawnProgram(folder, { ...env, HOST: "127.0.0.1", PORT: String(port) }, log);
    child = started;
    wasKilled = false;
    ended = new Promise((resolve) => {
      started.once("error", () => resolve(null));
      started.once("exit", (code) => resolve(code));
    });
  };

  const supervising = (async () => {
    while (!unwanted.signal.aborted) {
      start();
      await ended;
      if (!unwanted.signal.aborted && !wasKilled) deaths += 1;
      if (!unwanted.signal.aborted) await delay(restartDelayMs);
      await absence.over();
    }
    log.end();
  })();

  const kill = async (): Promise<void> => {
    wasKilled = true;
    child?.kill("SIGKILL");
    await ended;
  };

  const remove = async (): Promise<null> => {
    unwanted.abort();
    absence.end();
    await kill();
    await supervising;
    return null;
  };
  signal.addEventListener("abort", () => void remove(), { once: true, signal: unwanted.signal });

  const url = `http://127.0.0.1:${port}`;
  return {
    name,
    url,
    logFile,
    kill,
    takeAway: async () => {
      absence.begin();
      await kill();
    },
    bringBack: absence.end,
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    ready: () => waitUntil(`${name} to be ready (its log: ${logFile})`, 60, () => assertReady(url)),
    terminate: async () => {
      unwanted.abort();
      absence.end();
      child?.kill("SIGTERM");
      const timer = setTimeout(() => child?.kill("SIGKILL"), longestStopMs);
      const code = await ended;
      clearTimeout(timer);
      await supervising;
      return code;
    },
    remove,
    deaths: () => deaths,
  };
};

const spawnProgram = (folder: string, env: Readonly<Record<string, string>>, log: Writable): ChildProcess => {
  const started = spawn(process.execPath, ["dist/main.js"], {
    cwd: folder,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  endWithThisProcess(started);
  started.stdout.pipe(log, { end: false });
  started.stderr.pipe(log, { end: false });
  return started;
};

const assertReady = async (url: string): Promise<void> => {
  const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`it answered ${response.status}: ${await response.text()}`);
};

/** A time in which the process is not restarted. */
const createAbsence = () => {
  let finish: (() => void) | undefined;
  let isOver: Promise<void> = Promise.resolve();
  return {
    begin: (): void => void (isOver = new Promise((resolve) => (finish = resolve))),
    end: (): void => finish?.(),
    /** Resolves when the process may start. */
    over: (): Promise<void> => isOver,
  };
};
