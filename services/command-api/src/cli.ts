#!/usr/bin/env node
import { type Aggregate, cartAggregate, type DomainEvent, tenantPolicyAggregate } from "@cart/domain";
import { fillSnapshots, openEventStorePool } from "@cart/event-store";
import { loadConfig, mysqlUrl } from "@cart/process-kit";
import { Command } from "commander";
import { Type } from "typebox";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}: run it again to go on`)));
}

const print = (line: object): void => console.log(JSON.stringify(line));

/** Fills the snapshots of one type of aggregate and prints what was done. Resolves to whether all streams could be read. */
const fill = async <State, Command, Event extends DomainEvent>(
  pool: ReturnType<typeof openEventStorePool>,
  aggregate: Aggregate<State, Command, Event>,
): Promise<boolean> => {
  const filled = await fillSnapshots({
    pool,
    aggregate,
    signal: interrupted.signal,
    onDamage: ({ stream: { aggregateId }, version, code, reason }) =>
      print({ step: "damaged", aggregate_type: aggregate.type, aggregate_id: aggregateId, version, reason_code: code, reason }),
  });
  print({ step: "filled", aggregate_type: aggregate.type, ...filled });
  return filled.damaged === 0;
};

const program = new Command("command-api").description("Maintains the event store.");

program
  .command("fill-snapshots")
  .description(
    "store the snapshots that are missing along older streams, while the services run, and exit with 1 if a stream is damaged. " +
      "Needs EVENTSTORE_URL, not of a replica. It can be interrupted and run again.",
  )
  .action(async () => {
    const { EVENTSTORE_URL: url } = loadConfig(Type.Object({ EVENTSTORE_URL: mysqlUrl }));
    const pool = openEventStorePool({ url, connectionLimit: 2 });
    try {
      const areWhole = [await fill(pool, cartAggregate), await fill(pool, tenantPolicyAggregate)];
      if (areWhole.includes(false)) process.exitCode = 1;
    } finally {
      await pool.end();
    }
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(`command-api: ${error instanceof Error ? error.message || String(error) : String(error)}`);
  process.exitCode = 1;
}
