import { join } from "node:path";
import { fetchDebianPackages } from "./debianPackages.ts";
import type { Command, FetchPlan } from "./runningServer.ts";

/** MySQL's server and `mysqlbinlog`. */
export const mysqlServerPackages = {
  name: "mysql-debian-sid",
  what: "MySQL fetched from Debian (about 60 MB)",
  package: "mysql-server-core",
};

/** Fetches MySQL's server from Debian, and returns the command that runs it. */
export const fetchMysql = async (plan: FetchPlan): Promise<Command> => {
  const { root, commandOf } = await fetchDebianPackages(mysqlServerPackages, plan);
  return [
    ...commandOf("usr/sbin/mysqld"),
    "--no-defaults",
    `--lc-messages-dir=${join(root, "usr/share/mysql")}`,
    `--plugin-dir=${join(root, "usr/lib/mysql/plugin")}`,
  ];
};
