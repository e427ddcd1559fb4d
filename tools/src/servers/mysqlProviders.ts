import { createConnection } from "mysql2/promise";
import { assertDebianPackagesWork } from "./debianPackages.ts";
import { findDocker, findImage, volumeOf, watchContainer } from "./docker.ts";
import { fetchMysql } from "./fetchMysql.ts";
import { findProgram } from "./findProgram.ts";
import { firstThatServes, notHere, type ServerProvider } from "./firstThatServes.ts";
import { mysqlUrlAt } from "./developmentCredentials.ts";
import { mysqlCapacity, mysqlIdentity, startMysqlProcess } from "./mysqlProcess.ts";
import { type FetchPlan, never, type OwnProcess, type RunningMysql, type ServerPlan } from "./runningServer.ts";
import { explain, UserError } from "../userError.ts";

const image = "mysql:9.7";

export const mysqlAdvice =
  "Start Docker, or install a MySQL server (Debian and Ubuntu: apt-get install mysql-server), or set MYSQL_URL=mysql://user:password@host:3306";

/** Returns the providers, in the order in which they are tried. */
export const mysqlProviders = (plan: ServerPlan): readonly ServerProvider<RunningMysql>[] => [
  { provider: "environment", way: "MYSQL_URL", start: fromEnvironment },
  { provider: "docker", way: "Docker", start: () => fromDocker(plan) },
  { provider: "local", way: "mysqld on the PATH", start: () => fromPath(plan) },
  { provider: "fetched", way: "fetching MySQL from Debian", start: () => fromDebian(plan) },
];

/**
 * Starts MySQL as a process that the caller may kill and start again on its data. It is never a container or a
 * server that the environment names.
 */
export const startOwnMysql = (plan: ServerPlan): Promise<RunningMysql & OwnProcess> =>
  firstThatServes<RunningMysql & OwnProcess>(
    "MySQL",
    [
      { provider: "local", way: "mysqld on the PATH", start: () => fromPath(plan) },
      { provider: "fetched", way: "fetching MySQL from Debian", start: () => fromDebian(plan) },
    ],
    "Install a MySQL server (Debian and Ubuntu: apt-get install mysql-server)",
  );

/** Throws a `UserError` if there is no way to get MySQL on this machine. */
export const assertMysqlCanRun = async (): Promise<void> => {
  const named = process.env["MYSQL_URL"] ?? "";
  if (named !== "" || (await findDocker()) === undefined || (await findProgram("mysqld")) !== undefined) return;
  await assertDebianPackagesWork().catch((error: unknown) => {
    throw new UserError(`MySQL is not installed, and cannot be fetched (${explain(error)}). ${mysqlAdvice}`);
  });
};

/** Fetches the MySQL that `startOwnMysql` would fetch, for a caller that starts it where nothing can be fetched. */
export const prepareOwnMysql = async (plan: FetchPlan): Promise<void> => {
  if ((await findProgram("mysqld")) === undefined) await fetchMysql(plan);
};

const fromEnvironment = async () => {
  const url = process.env["MYSQL_URL"];
  if (url === undefined || url === "") return notHere("not set");
  try {
    const connection = await createConnection({ uri: url, connectTimeout: 5_000 });
    await connection.end();
  } catch (error) {
    throw new UserError(`the server that MYSQL_URL names cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {
    provider: "environment" as const,
    url,
    description: "the server that MYSQL_URL names",
    stop: () => Promise.resolve(),
    died: never,
  };
};

const fromDocker = async (plan: ServerPlan) => {
  const reason = await findDocker();
  if (reason !== undefined) return notHere(reason);
  await findImage(image, plan.report);
  const { MySqlContainer } = await import("@testcontainers/mysql");
  // The image refuses an empty password for root, and root as the name of an additional user.
  const password = "development";
  let container = new MySqlContainer(image).withRootPassword(password);
  if (plan.keep) container = container.withBindMounts([{ source: await volumeOf("mysql", plan), target: "/var/lib/mysql" }]);
  const started = await container.withCommand([...mysqlCapacity]).start();
  const port = started.getPort();
  const url = mysqlUrlAt(port, password);
  // Docker chose the port. A container's host name is the beginning of its id.
  if (!started.getId().startsWith((await mysqlIdentity(url)).hostname)) {
    await started.stop();
    throw new UserError(`a MySQL other than the container's answers on port ${port}`);
  }
  return {
    provider: "docker" as const,
    url,
    description: `${image} in Docker (testcontainers) on port ${port}`,
    ...(await watchContainer("MySQL", started, plan)),
  };
};

const fromPath = async (plan: ServerPlan) => {
  const program = await findProgram("mysqld");
  if (program === undefined) return notHere("not found");
  return startMysqlProcess({ provider: "local", command: [program, "--no-defaults"], description: program }, plan);
};

const fromDebian = async (plan: ServerPlan) => {
  const fetched = await fetchMysql(plan);
  return startMysqlProcess({ provider: "fetched", command: fetched, description: "MySQL fetched from Debian" }, plan);
};
