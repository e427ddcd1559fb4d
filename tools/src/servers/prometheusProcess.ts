import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import getPort from "get-port";
import { fetchDebianPackages } from "./debianPackages.ts";
import { findProgram } from "./findProgram.ts";
import type { Command, FetchPlan, ServerPlan } from "./runningServer.ts";
import { type ServerProcess, startServerProcess } from "./serverProcess.ts";

/** Returns the command that runs Prometheus: an installed one, or one that is fetched from Debian. */
const findPrometheus = async (plan: FetchPlan): Promise<Command> => {
  const installed = await findProgram("prometheus");
  if (installed !== undefined) return [installed];
  const packages = { name: "prometheus-debian-sid", what: "Prometheus fetched from Debian (about 60 MB)", package: "prometheus" };
  return (await fetchDebianPackages(packages, plan)).commandOf("usr/bin/prometheus");
};

export type PrometheusPlan = Pick<ServerPlan, "folder" | "report" | "signal"> & {
  /** The text of the configuration file. */
  readonly configuration: string;
};

/** Starts Prometheus on a free port of loopback, with its data in the folder. Resolves when it is ready to answer queries. */
export const startPrometheus = async ({
  folder,
  configuration,
  report,
  signal,
}: PrometheusPlan): Promise<ServerProcess & { readonly url: string }> => {
  const [program, ...args] = await findPrometheus({ report, ...(signal && { signal }) });
  await mkdir(folder, { recursive: true });
  const file = join(folder, "prometheus.yml");
  await writeFile(file, configuration);
  const url = `http://127.0.0.1:${await getPort()}`;
  const server = await startServerProcess({
    name: "Prometheus",
    program,
    args: [...args, `--config.file=${file}`, `--storage.tsdb.path=${join(folder, "data")}`, `--web.listen-address=${new URL(url).host}`],
    logFile: join(folder, "prometheus.log"),
  });
  const probe = async (): Promise<void> => {
    const { ok, status } = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(2_000) });
    if (!ok) throw new Error(`it answered ${status}`);
  };
  await server.untilItServes("Prometheus", probe, signal);
  return { ...server, url };
};
