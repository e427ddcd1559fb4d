import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { endWithThisProcess, waitUntil } from "@cart/tools/own-servers";

/** A service process that is restarted whenever it exits, as by an orchestrator. */
export type SupervisedService = {
  readonly name: string;
  readonly url: string;
  /** Sends SIGKILL. The process is restarted. */
  readonly kill: () => Promise<void>;
  /** Sends SIGSTOP: the process stands still with its connections open. */
  readonly pause: () => void;
  /** Sends SIGCONT. */
  readonly resume: () => void;
  /** Resolves when /readyz reports ready. Rejects after a bounded time. */
  readonly ready: () => Promise<void>;
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
  const log = createWriteStream(join(logFolder, `${name}.log`), { flags: "a" });
  let child: ChildProcess | undefined;
  let ended: Promise<number | null> = Promise.resolve(null);
  const unwanted = new AbortController();
  let wasKilled = false;
  let deaths = 0;

  const start = (): void => {
    const started = spawn(process.execPath, ["dist/main.js"], {
      cwd: folder,
      env: { ...process.env, ...env, HOST: "127.0.0.1", PORT: String(port) },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    endWithThisProcess(started);
    started.stdout.pipe(log, { end: false });
    started.stderr.pipe(log, { end: false });
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
    await kill();
    await supervising;
    return null;
  };
  signal.addEventListener("abort", () => void remove(), { once: true });

  const url = `http://127.0.0.1:${port}`;
  return {
    name,
    url,
    kill,
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    ready: () =>
      waitUntil(`${name} to be ready (its log: ${join(logFolder, `${name}.log`)})`, 60, async () => {
        const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
        if (!response.ok) throw new Error(`it answered ${response.status}: ${await response.text()}`);
      }),
    terminate: async () => {
      unwanted.abort();
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
