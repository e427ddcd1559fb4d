import { setMaxListeners } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { explain, onStopRequest, reportToStderr, startOwnKafka, startOwnMysql, step } from "@cart/tools/own-servers";
import { assertHostile } from "./assertHostile.ts";
import { hostileOptions } from "./hostileOptions.ts";
import { ordinaryUser } from "./ordinaryUser.ts";
import { runSuite } from "./runSuite.ts";
import { foldersWithServerSpecs } from "./suites.ts";

const help = `npm run test:hostile [-- OPTIONS]

Runs the specs that need servers, of every package, service and the migrations, on a MySQL server of its own with settings
that nothing may rely on, and as a user without administrative privileges. Exit code 1 if a spec fails.

  --only FOLDER   one folder, such as packages/mysql, or several with commas
  --help

Settings:
${hostileOptions.map((option) => `  ${option}`).join("\n")}
`;

const { values } = parseArgs({
  options: { help: { type: "boolean", short: "h" }, only: { type: "string" } },
});

const run = async (signal: AbortSignal): Promise<number> => {
  const report = reportToStderr;
  const folder = await mkdtemp(join(tmpdir(), "cart-hostile-"));
  const plan = (name: string) => ({ folder: join(folder, name), keep: false, signal, report });
  const stops: (() => Promise<void>)[] = [];
  try {
    const env = await step(report, "servers started", async () => {
      const mysqlPlan = { ...plan("mysql"), mysqlOptions: hostileOptions };
      const started = await Promise.allSettled([startOwnMysql(mysqlPlan), startOwnKafka(plan("kafka"))]);
      for (const server of started) if (server.status === "fulfilled") stops.push(server.value.stop);
      const [mysql, kafka] = started;
      if (mysql.status === "rejected") throw mysql.reason;
      if (kafka.status === "rejected") throw kafka.reason;
      const mysqlUrl = await ordinaryUser(mysql.value.url);
      await assertHostile(mysqlUrl);
      return { MYSQL_URL: mysqlUrl, KAFKA_BROKERS: kafka.value.brokers.join(",") };
    });
    const failed: string[] = [];
    for (const suite of values.only?.split(",") ?? (await foldersWithServerSpecs())) {
      if (signal.aborted) return 130;
      const passed = await step(
        report,
        suite,
        () => runSuite(suite, env, signal),
        (result) => (result ? "" : "✘ failed"),
      );
      if (!passed) failed.push(suite);
    }
    console.log(
      failed.length === 0 ? "\nEvery spec passed on the hostile server.\n" : `\nFailed on the hostile server: ${failed.join(", ")}\n`,
    );
    return failed.length === 0 ? 0 : 1;
  } finally {
    await step(report, "stopped", async () => {
      await Promise.all(stops.map((stop) => stop()));
      await rm(folder, { recursive: true, force: true });
    });
  }
};

if (values.help === true) console.log(help);
else {
  const abort = new AbortController();
  setMaxListeners(100, abort.signal);
  onStopRequest(
    () => {
      reportToStderr("\nstopping …");
      abort.abort();
    },
    () => process.exit(1),
  );
  let exitCode = 1;
  try {
    exitCode = await run(abort.signal);
  } catch (error) {
    console.error(`✘ ${explain(error)}`);
  }
  process.exit(exitCode);
}
