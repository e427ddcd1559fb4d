import { join } from "node:path";
import { runParts, runSuite, type SuiteRun } from "@cart/tests-common";
import { startOwnKafka, startOwnMysql, step } from "@cart/tools/own-servers";
import { assertHostile } from "./assertHostile.ts";
import { hostileOptions } from "./hostileOptions.ts";
import { ordinaryUser } from "./ordinaryUser.ts";
import { type Folder, foldersWithMysqlSpecs } from "./foldersWithMysqlSpecs.ts";
import { runSpecs } from "./runSpecs.ts";

/** Without it, a user without SUPER may create none. */
const letSpecsCreateTriggers = "--log-bin-trust-function-creators=ON";

/** Returns the variables by which the specs find the servers. */
const startServers = async ({ folder, signal, report, atEnd }: SuiteRun<Folder>): Promise<Readonly<Record<string, string>>> => {
  const plan = (name: string) => ({ folder: join(folder, name), keep: false, signal, report });
  const started = await Promise.allSettled([
    startOwnMysql({ ...plan("mysql"), mysqlOptions: [...hostileOptions, letSpecsCreateTriggers] }),
    startOwnKafka(plan("kafka")),
  ]);
  for (const server of started) if (server.status === "fulfilled") atEnd(server.value.stop);
  const [mysql, kafka] = started;
  if (mysql.status === "rejected") throw mysql.reason;
  if (kafka.status === "rejected") throw kafka.reason;
  const mysqlUrl = await ordinaryUser(mysql.value.url);
  await assertHostile(mysqlUrl);
  return { MYSQL_URL: mysqlUrl, KAFKA_BROKERS: kafka.value.brokers.join(",") };
};

await runSuite({
  script: "test:hostile",
  about: `Runs the specs that need MySQL, of the packages, the services and the migrations, on a MySQL server of its own with
settings that nothing may rely on, as a user for which the server runs init_connect. Exit code 1 if a spec fails.

${hostileOptions.map((option) => `  ${option}`).join("\n")}`,
  part: "folder",
  parts: await foldersWithMysqlSpecs(),
  maxMinutes: 30,
  run: async (run) => {
    const { chosen, report, signal } = run;
    const env = await step(report, "servers started", () => startServers(run));
    const results = await runParts({
      parts: chosen,
      report,
      signal,
      run: async ({ name }) => ({ name, passed: await runSpecs(name, env, signal) }),
      describe: ({ passed }) => (passed ? "" : "✘ failed"),
    });
    const failed = results.filter(({ passed }) => !passed).map(({ name }) => name);
    const summary =
      failed.length === 0 ? "every spec passed on the hostile server" : `✘ failed on the hostile server: ${failed.join(", ")}`;
    return { mistakeCount: failed.length, summary };
  },
});
