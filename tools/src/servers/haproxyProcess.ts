import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fetchDebianPackages } from "./debianPackages.ts";
import { findProgram } from "./findProgram.ts";
import type { Command, FetchPlan, ServerPlan } from "./runningServer.ts";
import { type ServerProcess, startServerProcess } from "./serverProcess.ts";

/** Returns the command that runs HAProxy: an installed one, or one that is fetched from Debian. */
export const findHaproxy = async (plan: FetchPlan): Promise<Command> => {
  const installed = await findProgram("haproxy");
  if (installed !== undefined) return [installed];
  const packages = { name: "haproxy-debian-sid", what: "HAProxy fetched from Debian (about 20 MB)", package: "haproxy" };
  return (await fetchDebianPackages(packages, plan)).commandOf("usr/sbin/haproxy");
};

export type HaproxyPlan = Pick<ServerPlan, "folder" | "report" | "signal"> & {
  /** The text of the configuration file. */
  readonly configuration: string;
  /** Throws unless the proxy serves. */
  readonly probe: () => Promise<void>;
};

/** Starts HAProxy in the foreground. Resolves when the probe passes. */
export const startHaproxy = async ({ folder, configuration, probe, report, signal }: HaproxyPlan): Promise<ServerProcess> => {
  const [program, ...args] = await findHaproxy({ report, ...(signal && { signal }) });
  await mkdir(folder, { recursive: true });
  const file = join(folder, "haproxy.cfg");
  await writeFile(file, configuration);
  const server = await startServerProcess({
    name: "HAProxy",
    program,
    args: [...args, "-db", "-f", file],
    logFile: join(folder, "haproxy.log"),
  });
  await server.untilItServes("HAProxy", probe, signal);
  return server;
};
