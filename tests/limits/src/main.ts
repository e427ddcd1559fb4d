import { setMaxListeners } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { explain, onStopRequest, reportToStderr, startOwnKafka, startOwnMysql, step, UserError } from "@cart/tools/own-servers";
import { rows } from "./rows/index.ts";
import type { Row } from "./rows/row.ts";
import { type RowResult, runRow } from "./runRow.ts";
import { tableOf } from "./table.ts";

const help = `npm run test:limits [-- OPTIONS]

Runs services as real processes with 256 MiB each, the limit that they are deployed with, on a MySQL and a Kafka
of its own, and does to them what a stranger could do. Exit code 1 if a service needs more, or lets a client suffer
for what another does.

  --only NAME     one row, or several with commas
  --help

Rows: ${rows.map(({ name }) => name).join(", ")}.
`;

const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" }, only: { type: "string" } } });

const chosenRows = (): readonly Row[] =>
  values.only?.split(",").map((name) => {
    const found = rows.find((row) => row.name === name);
    if (found === undefined) throw new UserError(`there is no row "${name}", expected one of ${rows.map((row) => row.name).join(", ")}`);
    return found;
  }) ?? rows;

const run = async (signal: AbortSignal): Promise<number> => {
  const chosen = chosenRows();
  const report = reportToStderr;
  const folder = await mkdtemp(join(tmpdir(), "cart-limits-"));
  const plan = (name: string) => ({ folder: join(folder, name), keep: false, signal, report });
  const stops: (() => Promise<void>)[] = [];
  try {
    const servers = await step(report, "servers started", async () => {
      const started = await Promise.allSettled([startOwnMysql(plan("mysql")), startOwnKafka(plan("kafka"))]);
      for (const server of started) if (server.status === "fulfilled") stops.push(server.value.stop);
      const [mysql, kafka] = started;
      if (mysql.status === "rejected") throw mysql.reason;
      if (kafka.status === "rejected") throw kafka.reason;
      return { mysqlUrl: mysql.value.url, brokers: kafka.value.brokers };
    });
    const results: RowResult[] = [];
    for (const row of chosen) {
      if (signal.aborted) return 130;
      const work = () => runRow(row, servers, report);
      results.push(
        await step(report, row.name, work, ({ mistakes, outcome }) => (mistakes.length === 0 ? outcome : `✘ ${mistakes.join("; ")}`)),
      );
    }
    console.log(`\n${tableOf(results)}\n`);
    return results.every(({ mistakes }) => mistakes.length === 0) ? 0 : 1;
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
