import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { endWithThisProcess } from "@cart/tools/own-servers";
import type { Programs, ServiceName, System } from "./system.ts";

export type ServiceCommand = {
  /** Resolves to the exit code, `null` after a kill, and the output. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
  /** Resolves at the first line of output or at the exit. Before that, the program has done nothing yet. */
  readonly atWork: Promise<void>;
  /** Resolves when the standard output contains the text, or at the exit. */
  readonly printed: (wanted: string) => Promise<void>;
  readonly kill: () => void;
};

/** The part of a system that its command-line tools need. */
type Commanded = Pick<System, "env" | "folderOf">;

/** A running command-line tool of a service. It is killed after 60 s. */
export const startServiceCommand = (system: Commanded, service: ServiceName, args: readonly string[]): ServiceCommand =>
  startProgram(system, { name: service, file: "dist/cli.js", args });

type Program = { readonly name: keyof Programs; readonly file: string; readonly args: readonly string[] };

const startProgram = ({ env, folderOf }: Commanded, { name, file, args }: Program): ServiceCommand => {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: folderOf(name),
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
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => void (output += chunk.toString()));
  const printed = (wanted: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => void (output.includes(wanted) && resolve());
      child.stdout.on("data", look).once("close", resolve);
      look();
    });
  return { ended, atWork, printed, kill: () => void child.kill("SIGKILL") };
};

/** Runs a command to its end. Throws an error with its output unless the exit code is 0. */
export const runServiceCommand = (system: Commanded, service: ServiceName, args: readonly string[]): Promise<string> =>
  outputOf(startServiceCommand(system, service, args), `${service} ${args.join(" ")}`);

/** Runs the command-line tool of the migrations to its end. Throws an error with its output unless the exit code is 0. */
export const runMigrations = (system: Commanded, args: readonly string[]): Promise<string> =>
  outputOf(startProgram(system, { name: "migrations", file: "dist/src/cli.js", args }), `migrate ${args.join(" ")}`);

const outputOf = async ({ ended }: ServiceCommand, name: string): Promise<string> => {
  const { code, output } = await ended;
  if (code !== 0) throw new Error(`${name} exited with ${code}: ${output.trim().slice(-500)}`);
  return output;
};
