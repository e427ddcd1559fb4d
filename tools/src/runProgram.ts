import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "./userError.ts";
import { endWithThisProcess } from "./servers/watchdog.ts";

export type Program = {
  /** For people, such as "the migrations". */
  readonly what: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The folder for the output of a failed program. */
  readonly logFolder: string;
  /** Aborted to end the program. */
  readonly signal: AbortSignal;
};

const maxOutputChars = 100_000;

/**
 * Runs a program to its end. A terminal's Ctrl-C does not reach it: it ends when the
 * signal is aborted, or with this process. Throws a `UserError` with the reason when it fails or is ended.
 */
export const runProgram = async ({ what, command: [file, ...args], cwd, env, logFolder, signal }: Program): Promise<void> => {
  if (signal.aborted) throw new UserError(`stopped before ${what}`);
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  endWithThisProcess(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data: Buffer) => (output = (output + data.toString()).slice(-maxOutputChars)));
  }
  // The whole group, because the program may have started others.
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    } catch {
      // The group has ended by itself.
    }
  };
  signal.addEventListener("abort", end, { once: true });
  const outcome = await new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, killedBy) => resolve(code === 0 ? undefined : (killedBy ?? `exit code ${code}`)));
  });
  signal.removeEventListener("abort", end);
  if (signal.aborted) throw new UserError(`${what} were stopped`);
  if (outcome === undefined) return;
  await mkdir(logFolder, { recursive: true });
  const logFile = join(logFolder, `${what.replaceAll(/\W+/g, "-")}.log`);
  await writeFile(logFile, output);
  throw new UserError(`${what} failed (${outcome}): ${reasonIn(output)} (full output: ${logFile})`);
};

/**
 * The line that says why a program failed: what the program itself said last, or the
 * error that Node.js prints with its stack and, at the end, its own version.
 */
export const reasonIn = (output: string): string => {
  const lines = output.split("\n").map((line) => line.trim());
  const thrown = lines.findLast((line) => /^(?:Uncaught )?(?:\w+: )?\w*(?:Error|Exception)\b.*: /.test(line));
  const last = lines.findLast((line) => line !== "" && !/^Node\.js v\d|^at |^[{}\]^]/.test(line));
  return (/^Node\.js v\d/m.test(output) ? thrown : undefined) ?? last ?? "no output";
};
