import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { UserError } from "../userError.ts";
import { mysqlUrlAt } from "./developmentCredentials.ts";
import { portOf, retryTakenPorts } from "./ports.ts";
import { type Command, loopback, type OwnProcess, type Provider, type RunningMysql, type ServerPlan } from "./runningServer.ts";
import { type ServerProcess, startServerProcess } from "./serverProcess.ts";

/** The mysqld to run: `command` is the program and its leading arguments. */
export type MysqlProgram = { readonly provider: Provider; readonly command: Command; readonly description: string };

/**
 * The capacity of mysqld, as in docker-compose.yml. The last three let changed pages gather in memory: the redo log has the changes, and
 * a page that is written later is written once for more changes. MySQL's defaults begin as soon as a tenth of the pages has changed, at
 * the pace of a fast disk.
 */
export const mysqlCapacity: readonly string[] = [
  "--max-connections=500",
  "--innodb-buffer-pool-size=512M",
  "--innodb-redo-log-capacity=1G",
  "--innodb-io-capacity=1000",
  "--innodb-io-capacity-max=2000",
  "--innodb-max-dirty-pages-pct-lwm=50",
];

/** The settings of mysqld. They keep the default of full durability (sync_binlog and innodb_flush_log_at_trx_commit are 1). */
const settings = [
  "--mysqlx=OFF",
  "--secure-file-priv=NULL",
  "--default-time-zone=+00:00",
  ...mysqlCapacity,
  "--binlog-expire-logs-seconds=86400",
];

/** Starts a real mysqld on loopback. Creates its data folder if it does not exist. */
export const startMysqlProcess = async (
  { provider, command, description }: MysqlProgram,
  plan: ServerPlan,
): Promise<RunningMysql & OwnProcess> => {
  const [program, ...leading] = command;
  const data = join(plan.folder, "mysql");
  const all = [program, ...leading, ...(process.getuid?.() === 0 ? ["--user=root"] : [])] as const;
  await mkdir(plan.folder, { recursive: true });
  if (!existsSync(data)) await makeDataFolder(all, data, plan);

  const serveOn = async (port: number): Promise<RunningMysql & OwnProcess> => {
    const { pid, stop, kill, died } = await serve(all, data, port, plan);
    return { provider, url: mysqlUrlOf(plan, port), description: `${description} on port ${port}`, pid, stop, kill, died };
  };
  if (plan.ports?.mysql !== undefined) return serveOn(plan.ports.mysql);
  const ports = portOf("MySQL", 3306, plan);
  return retryTakenPorts("MySQL", plan, async () => {
    const port = await ports.choose();
    const server = await serveOn(port);
    await ports.keep(port);
    return server;
  });
};

const mysqlUrlOf = ({ host = loopback }: ServerPlan, port: number): string => mysqlUrlAt(port, undefined, host.address);

/** Starts mysqld on its data. Resolves when it answers on the port, and not another server. */
const serve = async ([program, ...leading]: Command, data: string, port: number, plan: ServerPlan): Promise<ServerProcess> => {
  const { address, within } = plan.host ?? loopback;
  const socketInFolder = join(plan.folder, "mysql.sock");
  // A socket's path may have at most 107 characters, which a path within the checkout can exceed. A folder that is thrown
  // away takes the socket along, also after a kill.
  const socket = plan.keep || socketInFolder.length > 107 ? join(tmpdir(), `cart-mysql-${process.pid}-${port}.sock`) : socketInFolder;
  const server = await startServerProcess({
    name: "MySQL",
    program,
    args: [
      ...leading,
      ...settings,
      `--bind-address=${address}`,
      ...(plan.mysqlOptions ?? []),
      `--datadir=${data}`,
      `--port=${port}`,
      `--socket=${socket}`,
      `--pid-file=${join(plan.folder, "mysql.pid")}`,
    ],
    logFile: join(plan.folder, "logs", "mysql.log"),
    within,
  });
  await server.untilItServes(`MySQL on port ${port}`, () => assertServesData(mysqlUrlOf(plan, port), data), plan.signal);
  return server;
};

/**
 * Throws unless the server at the URL is the one that serves the data folder. A mysqld locks its
 * data folder, so no second one can serve it. The uuid alone is not enough, because a copied folder
 * has the same uuid.
 */
const assertServesData = async (url: string, data: string): Promise<void> => {
  const { datadir, uuid } = await mysqlIdentity(url);
  const ownUuid = /^server-uuid=(\S+)/m.exec(await readFile(join(data, "auto.cnf"), "utf8"))?.[1];
  const folder = await realpath(datadir).catch(() => datadir);
  if (uuid !== ownUuid || folder !== (await realpath(data))) throw new Error("another MySQL answers on this port");
};

/** Returns what identifies the server at the URL: the data folder on one machine, the host name in a container. */
export const mysqlIdentity = async (url: string): Promise<{ datadir: string; uuid: string; hostname: string }> => {
  const connection = await createConnection({ uri: url, connectTimeout: 2_000 });
  try {
    const [[row]] = await connection.query<(RowDataPacket & { datadir: string; uuid: string; hostname: string })[]>({
      sql: "SELECT @@datadir AS datadir, @@server_uuid AS uuid, @@hostname AS hostname",
      timeout: 2_000,
    });
    if (row === undefined) throw new Error("MySQL returned no row for its variables");
    return row;
  } finally {
    // The connection is not closed with `end`, which waits for the server.
    connection.destroy();
  }
};

/**
 * Creates the data folder, which appears whole or not at all. A first start that is killed
 * halfway leaves no folder that the next start would take for a whole one.
 */
const makeDataFolder = async ([program, ...leading]: Command, data: string, { signal, mysqlOptions = [] }: ServerPlan): Promise<void> => {
  for (const left of await readdir(dirname(data))) {
    if (left.startsWith(`${basename(data)}.partial-`)) await rm(join(dirname(data), left), { recursive: true, force: true });
  }
  const partial = await mkdtemp(`${data}.partial-`);
  const { failed, all } = await execa(
    program,
    [...leading, ...mysqlOptions.filter(isOfData), "--initialize-insecure", `--datadir=${partial}`],
    {
      reject: false,
      all: true,
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    },
  );
  if (failed) {
    await rm(partial, { recursive: true, force: true });
    throw new UserError(`mysqld could not create its data folder ${data}: ${lastError(all)}`);
  }
  await rename(partial, data);
};

/** Whether a data folder keeps the option that it was created with. */
const isOfData = (option: string): boolean => option.startsWith("--lower-case-table-names");

const lastError = (log: string | undefined): string => {
  const lines = (log ?? "").trim().split("\n");
  return lines.findLast((line) => line.includes("[ERROR]")) ?? lines.at(-1) ?? "no output";
};
