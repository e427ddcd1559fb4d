#!/usr/bin/env node
import { listFailed, retryFailed } from "@cart/event-store";
import { openMysqlPool, withConnection } from "@cart/mysql";
import { loadConfig, mysqlUrl, positiveInteger, uuidArgument } from "@cart/process-kit";
import { Command } from "commander";
import type { PoolConnection } from "mysql2/promise";
import { Type } from "typebox";

const onEventStore = async <T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> => {
  const { EVENTSTORE_URL: url } = loadConfig(Type.Object({ EVENTSTORE_URL: mysqlUrl }));
  const pool = openMysqlPool({ url, connectionLimit: 1 });
  try {
    return await withConnection(pool, work);
  } finally {
    await pool.end();
  }
};

const program = new Command("outbox-relay").description("Lists and retries outbox rows that could not be published. Needs EVENTSTORE_URL.");

program
  .command("list-failed")
  .description("list the failed rows, one JSON line each, with their errors and the number of rows that wait behind them")
  .option("--limit <rows>", "upper limit of rows", positiveInteger, 100)
  .action(async ({ limit }: { limit: number }) => {
    for (const row of await onEventStore((connection) => listFailed(connection, limit))) console.log(JSON.stringify(row));
  });

program
  .command("retry")
  .description("publish failed rows again, and then the rows that wait behind them")
  .option("--aggregate <id>", "retry the rows of this aggregate only", uuidArgument)
  .option("--all", "retry the rows of every aggregate")
  .action(async ({ aggregate, all }: { aggregate?: string; all?: true }) => {
    if ((aggregate === undefined) === (all === undefined)) throw new Error("expected either --aggregate ID or --all");
    const rows = await onEventStore((connection) => retryFailed(connection, aggregate));
    console.log(`${rows} failed rows will be published again`);
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(`outbox-relay: ${error instanceof Error ? error.message || String(error) : String(error)}`);
  process.exitCode = 1;
}
