import { randomBytes } from "node:crypto";
import mysql from "mysql2/promise";
import { type Bench, type Measurement, percentile } from "../measurement.ts";
import { withFreshSystem } from "../system/freshSystem.ts";
import { bareTransaction } from "./bareTransaction.ts";

const warmUpSeconds = 5;

/** `rate` is in commands per second, `clientMicros` the client's CPU time for one command, `p99` in milliseconds. */
export type BareLoad = { readonly commands: number; readonly rate: number; readonly clientMicros: number; readonly p99: number };

/** A bare mysql2 loop on the tables of an event store, with one transaction per command, on `connections` connections. */
export type BareLoop = { readonly run: (connections: number, seconds: number) => Promise<BareLoad> };

/** Gives a warm bare loop with a database of its own to `work`. */
export const withBareLoop = <T>(bench: Bench, mostConnections: number, work: (loop: BareLoop) => Promise<T>): Promise<T> =>
  withFreshSystem(bench, async ({ eventStoreUrl }) => {
    const pool = mysql.createPool({ uri: eventStoreUrl, connectionLimit: mostConnections, timezone: "Z" });
    const run = async (connections: number, seconds: number): Promise<BareLoad> => {
      const [started, used] = [performance.now(), process.cpuUsage()];
      const end = started + seconds * 1_000;
      const times: number[] = [];
      const loop = async (): Promise<void> => {
        const connection = await pool.getConnection();
        for (let begun = performance.now(); begun < end; begun = performance.now()) {
          await bareTransaction(connection, randomBytes(16));
          times.push(performance.now() - begun);
        }
        connection.release();
      };
      await Promise.all(Array.from({ length: connections }, loop));
      const { user, system } = process.cpuUsage(used);
      const commands = times.length;
      const rate = (commands * 1_000) / (performance.now() - started);
      return { commands, rate, clientMicros: (user + system) / commands, p99: percentile(times, 99) };
    };
    await run(mostConnections, warmUpSeconds);
    const result = await work({ run });
    await pool.end();
    return result;
  });

/** The throughput of MySQL without this product: that of the bare loop. */
export const mysqlCeiling =
  (connections: number) =>
  (bench: Bench): Promise<Measurement> =>
    withBareLoop(bench, connections, async ({ run }) => ({ value: (await run(connections, bench.seconds)).rate }));
