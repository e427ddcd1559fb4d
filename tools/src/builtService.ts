import { spawn } from "node:child_process";
import { join } from "node:path";
import { repositoryRoot } from "./paths.ts";
import { endWithThisProcess } from "./servers/watchdog.ts";
import { waitUntil } from "./servers/waitUntil.ts";
import { UserError } from "./userError.ts";

export type BuiltService = {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  readonly isRunning: () => boolean;
  /** SIGTERM. Rejects with the end of its log unless it exits with 0. */
  readonly stop: () => Promise<void>;
};

const listening = /"port":(\d+).*"msg":"listening"/;

export type BuiltServiceOptions = {
  /** A command that replaces itself with the one behind its own arguments. */
  readonly launcher?: readonly string[];
  readonly nodeOptions?: readonly string[];
  /** What is waited for: `ready` by default. A service that refuses its work listens, but does not become ready. */
  readonly until?: "listening" | "ready";
  /** The longest wait for it; 60 s by default. */
  readonly waitSeconds?: number;
  /** Called with each part of the service's log. */
  readonly onOutput?: (text: string) => void;
};

/** Starts a service as it is deployed, a process of its own on a free port, and waits until it is ready or, if asked, listens. */
export const startBuiltService = async (
  name: string,
  env: Readonly<Record<string, string>>,
  { launcher = [], nodeOptions = [], until = "ready", waitSeconds = 60, onOutput }: BuiltServiceOptions = {},
): Promise<BuiltService> => {
  const [program, ...args] = [...launcher, process.execPath, ...nodeOptions, "dist/main.js"];
  const child = spawn(program, args, {
    cwd: join(repositoryRoot, "services", name),
    env: { ...process.env, HOST: "127.0.0.1", PORT: "0", ...env },
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  endWithThisProcess(child);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output = (output + text).slice(-10_000);
    onOutput?.(text);
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));

  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;

  let url = "";
  const isUp = async (): Promise<void> => {
    if (!isRunning()) throw new UserError(`${name} ended with ${child.exitCode ?? child.signalCode}: ${output}`);
    const [, port] = listening.exec(output) ?? [];
    if (port === undefined) throw new Error("it does not listen yet");
    url = `http://127.0.0.1:${port}`;
    if (until === "listening") return;
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Error(await response.text());
  };
  try {
    await waitUntil(`${name} to be ${until}`, waitSeconds, isUp);
  } catch (error) {
    child.kill("SIGKILL");
    await exited;
    throw error;
  }
  return {
    name,
    url,
    pid: child.pid ?? 0,
    isRunning,
    stop: async () => {
      child.kill("SIGTERM");
      const exitCode = await exited;
      if (exitCode !== 0) throw new Error(`${name} exited with ${exitCode}: ${output}`);
    },
  };
};
