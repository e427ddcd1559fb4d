import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Report, startOwnKafka, startOwnMysql } from "@cart/tools/own-servers";

/** A MySQL and a Kafka that keep running while systems on them are started and stopped. */
export type SuiteServers = {
  /** A folder that is removed when the servers stop. */
  readonly folder: string;
  readonly mysqlUrl: string;
  /** The URL of a database on the server. */
  readonly databaseUrl: (name: string) => string;
  readonly brokers: string;
  readonly stop: () => Promise<void>;
};

const silent: Report = () => undefined;

export type SuiteServersOptions = {
  /** MySQL's folder, which is not removed; by default one in the suite's folder. */
  readonly mysqlFolder?: string;
  readonly mysqlOptions?: readonly string[];
};

export const startSuiteServers = async (
  name: string,
  { mysqlFolder, mysqlOptions = [] }: SuiteServersOptions = {},
): Promise<SuiteServers> => {
  const folder = await mkdtemp(join(tmpdir(), `cart-${name}-`));
  const planOf = (server: string) => ({ folder: join(folder, server), keep: false, report: silent });
  const mysqlPlan = { ...planOf("mysql"), ...(mysqlFolder !== undefined && { folder: mysqlFolder }), mysqlOptions };
  const started = await Promise.allSettled([startOwnMysql(mysqlPlan), startOwnKafka(planOf("kafka"))]);
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(async (server) => server.status === "fulfilled" && server.value.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  const [mysql, kafka] = started;
  if (mysql.status === "fulfilled" && kafka.status === "fulfilled") {
    const { url } = mysql.value;
    return { folder, mysqlUrl: url, databaseUrl: (database) => `${url}/${database}`, brokers: kafka.value.brokers.join(","), stop };
  }
  await stop();
  throw new AggregateError(
    started.flatMap((server): unknown[] => (server.status === "rejected" ? [server.reason] : [])),
    "the servers did not start",
  );
};
