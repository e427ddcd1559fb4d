import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { repositoryRoot } from "./paths.ts";
import type { Report } from "./progress.ts";
import type { Death } from "./servers/runningServer.ts";
import { endWithThisProcess } from "./servers/watchdog.ts";

export type ServiceProcess = {
  /** Resolves when it ended without having been asked to. */
  readonly died: Promise<Death>;
  /** SIGTERM, and SIGKILL after 15 s. Resolves when it has ended. */
  readonly stop: () => Promise<void>;
};

export type ServiceProcessOptions = {
  readonly name: string;
  /** Whether the service runs from its TypeScript source, and not as it was built. */
  readonly fromSource: boolean;
  /** Whether its log continues that of an earlier process. */
  readonly continuesLog?: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly logFolder: string;
  readonly report: Report;
};

const lastLines = 5;

/**
 * One service as a process of its own. What it logs goes to the log folder; warnings,
 * errors, recoveries and whatever is not a log line are shown as well.
 */
export const startServiceProcess = (options: ServiceProcessOptions): ServiceProcess => {
  const { name, fromSource, continuesLog = false, env, logFolder, report } = options;
  const folder = join(repositoryRoot, "services", name);
  mkdirSync(logFolder, { recursive: true });
  const log = createWriteStream(join(logFolder, `${name}.log`), { flags: continuesLog ? "a" : "w" });
  const source = ["--conditions=source", "--import", "tsx", "src/main.ts"];
  const child = spawn(process.execPath, fromSource ? source : ["--enable-source-maps", "dist/main.js"], {
    cwd: folder,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  endWithThisProcess(child);

  let stopping = false;
  const last: string[] = [];
  const take = (line: string): void => {
    log.write(`${line}\n`);
    last.push(line);
    if (last.length > lastLines) last.shift();
    const text = worthShowing(line);
    // What a service says while it stops goes to its log alone: it may well complain about servers that have ended.
    if (text !== undefined && !stopping) report(`${name}: ${text}`);
  };
  createInterface({ input: child.stdout }).on("line", take);
  createInterface({ input: child.stderr }).on("line", take);

  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const died = new Promise<Death>((resolve) => {
    child.once("close", () => {
      log.end();
      void ended.then(
        (how) =>
          stopping ||
          resolve({
            description: `${name} died (${how}), its log is ${join(logFolder, `${name}.log`)}, and ends with\n${last.map((line) => `  ${line}`).join("\n")}`,
          }),
      );
    });
  });

  return {
    died,
    stop: async () => {
      stopping = true;
      child.kill("SIGTERM");
      const inTime = await Promise.race([ended.then(() => true), delay(15_000, false, { ref: false })]);
      if (!inTime) {
        report(`${name} did not stop within 15 s: killing it`);
        child.kill("SIGKILL");
      }
      await ended;
    },
  };
};

/**
 * The text of a log line at `warn` or above, of a line that says that something works again, which is what a reader of such
 * lines waits for, or of a line that is no log line.
 */
export const worthShowing = (line: string): string | undefined => {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return line;
  }
  if (typeof entry !== "object" || entry === null || !("level" in entry) || typeof entry.level !== "number") return line;
  if (entry.level < 40 && !("recovered" in entry && entry.recovered === true)) return undefined;
  const error =
    "err" in entry && typeof entry.err === "object" && entry.err !== null && "message" in entry.err ? `: ${String(entry.err.message)}` : "";
  return `${"msg" in entry ? String(entry.msg) : line}${error}`;
};
