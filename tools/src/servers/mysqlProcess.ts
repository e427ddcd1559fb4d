import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import getPort from "get-port";
import { createConnection } from "mysql2/promise";
import { UserError } from "../userError.ts";
import { mysqlUrlAt } from "./developmentCredentials.ts";
import type { Killable, Provider, RunningMysql, ServerPlan } from "./runningServer.ts";
import { startServerProcess } from "./serverProcess.ts";
import { waitUntil } from "./waitUntil.ts";

/** How mysqld is called: the program and what comes before any other argument. */
export type MysqlProgram = { readonly provider: Provider; readonly command: readonly [string, ...string[]]; readonly description: string };

/** Full durability is the server's default (sync_binlog and innodb_flush_log_at_trx_commit are 1) and is left alone. */
const settings = [
  "--bind-address=127.0.0.1",
  "--mysqlx=OFF",
  "--secure-file-priv=NULL",
  "--default-time-zone=+00:00",
  "--max-connections=500",
  "--innodb-buffer-pool-size=512M",
  "--innodb-redo-log-capacity=1G",
  "--binlog-expire-logs-seconds=86400",
];

/** Starts a real mysqld on loopback, with a new data folder unless there is one. */
export const startMysqlProcess = async (
  { provider, command, description }: MysqlProgram,
  plan: ServerPlan,
): Promise<RunningMysql & Killable> => {
  const [program, ...leading] = command;
  const data = join(plan.folder, "mysql");
  const errorLog = join(plan.folder, "logs", "mysql.log");
  const asRoot = process.getuid?.() === 0 ? ["--user=root"] : [];
  await mkdir(plan.folder, { recursive: true });

  if (!existsSync(data)) await makeDataFolder([program, ...leading, ...asRoot], data, plan.signal);

  const port = plan.ports?.mysql ?? (await getPort(plan.keep ? { port: 3306 } : {}));
  // A socket's path has at most 107 characters, which a checkout's own path can exceed.
  const socket = join(tmpdir(), `cart-mysql-${process.pid}-${port}.sock`);
  const server = await startServerProcess({
    name: "MySQL",
    program,
    args: [
      ...leading,
      ...asRoot,
      ...settings,
      `--datadir=${data}`,
      `--port=${port}`,
      `--socket=${socket}`,
      `--pid-file=${join(plan.folder, "mysql.pid")}`,
    ],
    logFile: errorLog,
  });
  const url = mysqlUrlAt(port);
  try {
    await waitUntil(
      `MySQL on port ${port} (its log: ${errorLog})`,
      120,
      async () => {
        await server.assertRunning();
        const connection = await createConnection({ uri: url, connectTimeout: 2_000 });
        await connection.end();
      },
      plan.signal,
    );
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { provider, url, description: `${description} on port ${port}`, stop: server.stop, kill: server.kill };
};

/**
 * Appears whole or not at all: a first start that is killed half way leaves no folder
 * that the next start would take for a whole one.
 */
const makeDataFolder = async (command: readonly [string, ...string[]], data: string, signal: AbortSignal | undefined): Promise<void> => {
  const [program, ...leading] = command;
  for (const left of await readdir(dirname(data))) {
    if (left.startsWith(`${basename(data)}.partial-`)) await rm(join(dirname(data), left), { recursive: true, force: true });
  }
  const partial = await mkdtemp(`${data}.partial-`);
  const { failed, all } = await execa(program, [...leading, "--initialize-insecure", `--datadir=${partial}`], {
    reject: false,
    all: true,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (failed) {
    await rm(partial, { recursive: true, force: true });
    throw new UserError(`mysqld could not make its data folder ${data}: ${lastError(all)}`);
  }
  await rename(partial, data);
};

const lastError = (log: string | undefined): string => {
  const lines = (log ?? "").trim().split("\n");
  return lines.findLast((line) => line.includes("[ERROR]")) ?? lines.at(-1) ?? "it said nothing";
};
