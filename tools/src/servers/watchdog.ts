import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";

let watchdog: ChildProcess | undefined;

/**
 * Makes sure that a process does not outlive this one, however this one ends: a
 * small process of its own sees the pipe to it close, and stops what is left.
 */
export const endWithThisProcess = (child: ChildProcess): void => {
  if (child.pid === undefined) return;
  tell(`+${child.pid}`);
  child.once("exit", () => tell(`-${child.pid}`));
};

/** The folder goes when this process has ended, and what was to end with it has. */
export const removeWithThisProcess = (folder: string): void => tell(`*${folder}`);

/** Takes `removeWithThisProcess` back. */
export const keepAfterThisProcess = (folder: string): void => tell(`!${folder}`);

/** The process that stops what this one leaves; it ends as the last of them. */
export const watchdogPid = (): number | undefined => (watchdog ??= startWatchdog()).pid;

const tell = (line: string): void => {
  watchdog ??= startWatchdog();
  watchdog.stdin?.write(`${line}\n`);
};

const startWatchdog = (): ChildProcess => {
  const program = fileURLToPath(new URL("../../bin/watchdog.mjs", import.meta.url));
  const started = spawn(process.execPath, [program], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  started.unref();
  // A pipe is a socket, whose handle would keep this process running.
  if (started.stdin instanceof Socket) started.stdin.unref();
  started.stdin?.on("error", () => undefined);
  return started;
};
