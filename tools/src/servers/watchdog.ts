import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";

let watchdog: ChildProcess | undefined;

/**
 * Makes sure that the child does not outlive this process, however this process ends: a
 * separate watchdog process sees its pipe close, and stops the remaining processes.
 */
export const endWithThisProcess = (child: ChildProcess): void => {
  if (child.pid === undefined) return;
  tell(`+${child.pid}`);
  child.once("exit", () => tell(`-${child.pid}`));
};

/** Makes the watchdog remove the folder after this process and its watched children have ended. */
export const removeWithThisProcess = (folder: string): void => tell(`*${folder}`);

/** Reverts `removeWithThisProcess`. */
export const keepAfterThisProcess = (folder: string): void => tell(`!${folder}`);

/** Returns the id of the watchdog, which stops the processes that this process leaves behind and ends last. */
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
