import { execa } from "execa";
import { fetchDebianPackages } from "./debianPackages.ts";
import { mysqlServerPackages } from "./fetchMysql.ts";
import { findProgram } from "./findProgram.ts";
import type { Command, FetchPlan } from "./runningServer.ts";

/** Programs with which an operator backs a MySQL server up and restores it. */
const names = ["mysql", "mysqldump", "mysqlbinlog"] as const;

export type MysqlPrograms = Readonly<Record<(typeof names)[number], Command>>;

/** Returns the command that runs each program: installed ones, or those that are fetched from Debian. */
export const findMysqlPrograms = async (plan: FetchPlan): Promise<MysqlPrograms> => (await findInstalled()) ?? fetchPrograms(plan);

/** Returns `undefined` unless all of them are installed, and are those of MySQL: MariaDB's have the same names and other options. */
const findInstalled = async (): Promise<MysqlPrograms | undefined> => {
  const [mysql, mysqldump, mysqlbinlog] = await Promise.all(names.map(findProgram));
  if (mysql === undefined || mysqldump === undefined || mysqlbinlog === undefined) return undefined;
  for (const program of [mysql, mysqldump, mysqlbinlog]) {
    const { stdout } = await execa(program, ["--version"], { reject: false });
    if (stdout === undefined || /MariaDB/i.test(stdout)) return undefined;
  }
  return { mysql: [mysql], mysqldump: [mysqldump], mysqlbinlog: [mysqlbinlog] };
};

const fetchPrograms = async (plan: FetchPlan): Promise<MysqlPrograms> => {
  const packages = {
    name: "mysql-clients-debian-sid",
    what: "MySQL's clients fetched from Debian (about 20 MB)",
    package: "mysql-client-core",
  };
  const { commandOf: clientOf } = await fetchDebianPackages(packages, plan);
  const { commandOf: serverOf } = await fetchDebianPackages(mysqlServerPackages, plan);
  return { mysql: clientOf("usr/bin/mysql"), mysqldump: clientOf("usr/bin/mysqldump"), mysqlbinlog: serverOf("usr/bin/mysqlbinlog") };
};
