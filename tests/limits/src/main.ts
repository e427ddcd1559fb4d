import { join } from "node:path";
import { runParts, runSuite, type SuiteRun } from "@cart/tests-common";
import { startOwnKafka, startOwnMysql, step } from "@cart/tools/own-servers";
import { rows } from "./rows/index.ts";
import type { Row } from "./rows/row.ts";
import { runRow } from "./runRow.ts";
import type { Servers } from "./system/limitedSystem.ts";
import { tableOf } from "./table.ts";

const startServers = async ({ folder, signal, report, atEnd }: SuiteRun<Row>): Promise<Servers> => {
  const plan = (name: string) => ({ folder: join(folder, name), keep: false, signal, report });
  const started = await Promise.allSettled([startOwnMysql(plan("mysql")), startOwnKafka(plan("kafka"))]);
  for (const server of started) if (server.status === "fulfilled") atEnd(server.value.stop);
  const [mysql, kafka] = started;
  if (mysql.status === "rejected") throw mysql.reason;
  if (kafka.status === "rejected") throw kafka.reason;
  return { mysqlUrl: mysql.value.url, brokers: kafka.value.brokers };
};

await runSuite({
  script: "test:limits",
  about: `Runs services as real processes with 256 MiB each, the limit that they are deployed with, on a MySQL and a Kafka
of its own, and does to them what a stranger could do. Exit code 1 if a service needs more, or lets a client suffer
for what another does.`,
  part: "row",
  parts: rows,
  maxMinutes: 60,
  run: async (run) => {
    const { chosen, report, signal } = run;
    const servers = await step(report, "servers started", () => startServers(run));
    const results = await runParts({
      parts: chosen,
      report,
      signal,
      run: (row) => runRow(row, servers, report),
      describe: ({ mistakes, outcome }) => (mistakes.length === 0 ? outcome : `✘ ${mistakes.join("; ")}`),
    });
    return { mistakeCount: results.reduce((sum, { mistakes }) => sum + mistakes.length, 0), table: tableOf(results) };
  },
});
