import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { endWithThisProcess, repositoryRoot } from "@cart/tools/own-servers";
import type { ServiceName, System } from "./system.ts";

export type ServiceCommand = {
  /** The exit code, `null` after a kill, and what it printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
  /** Resolves with its first line, or its end: a program that starts has done nothing yet. */
  readonly atWork: Promise<void>;
  readonly kill: () => void;
};

/** A command-line tool of a service, at work on a system. Ends by itself or is killed after 60 s. */
export const startServiceCommand = ({ env }: System, service: ServiceName, args: readonly string[]): ServiceCommand => {
  const child = spawn(process.execPath, ["dist/cli.js", ...args], {
    cwd: join(repositoryRoot, "services", service),
    env: { ...process.env, ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  endWithThisProcess(child);
  const atWork = new Promise<void>((resolve) => void child.stdout.once("data", resolve).once("close", resolve));
  const code = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  const ended = Promise.all([code, text(child.stdout), text(child.stderr)]).then(([exitCode, out, error]) => ({
    code: exitCode,
    output: out + error,
  }));
  return { ended, atWork, kill: () => void child.kill("SIGKILL") };
};

/** Runs it to its end. Throws with what it said unless the exit code is 0. */
export const runServiceCommand = async (system: System, service: ServiceName, args: readonly string[]): Promise<string> => {
  const { code, output } = await startServiceCommand(system, service, args).ended;
  if (code !== 0) throw new Error(`${service} ${args.join(" ")} ended with ${code}: ${output.trim().slice(-500)}`);
  return output;
};
