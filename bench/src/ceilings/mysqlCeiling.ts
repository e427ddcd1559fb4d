import { randomBytes } from "node:crypto";
import mysql from "mysql2/promise";
import type { Bench, Measurement } from "../measurement.ts";
import { withFreshSystem } from "../system/freshSystem.ts";
import { measureCpu } from "../system/processes.ts";
import { bareTransaction } from "./bareTransaction.ts";

/**
 * The throughput of MySQL without this product: a bare mysql2 loop on the same tables,
 * with one transaction per command, on `connections` connections.
 */
export const mysqlCeiling =
  (connections: number) =>
  async (bench: Bench): Promise<Measurement> => ({ value: (await bareLoop(bench, connections)).rate });

/** The microseconds of CPU that one transaction of the same loop costs, the client and MySQL together. */
export const bareTransactionCpu =
  (connections: number) =>
  async (bench: Bench): Promise<Measurement> => {
    const { rate, clientMicros, serverMicros } = await bareLoop(bench, connections);
    return { value: clientMicros + serverMicros, details: { client: clientMicros, mysql: serverMicros, commandsPerSecond: rate } };
  };

const warmUpSeconds = 5;

/** `rate` is in commands per second, the costs are those of one command. */
type BareLoop = { readonly rate: number; readonly clientMicros: number; readonly serverMicros: number };

const bareLoop = (bench: Bench, connections: number): Promise<BareLoop> =>
  withFreshSystem(bench, async ({ eventStoreUrl }) => {
    const pool = mysql.createPool({ uri: eventStoreUrl, connectionLimit: connections, timezone: "Z" });
    let commands = 0;
    const loop = async (until: number): Promise<void> => {
      const connection = await pool.getConnection();
      while (performance.now() < until) {
        await bareTransaction(connection, randomBytes(16));
        commands++;
      }
      connection.release();
    };
    const all = (until: number): Promise<void[]> => Promise.all(Array.from({ length: connections }, () => loop(until)));
    await all(performance.now() + warmUpSeconds * 1_000);
    commands = 0;
    const [server, client, started] = [await measureCpu(bench.servers), process.cpuUsage(), performance.now()];
    await all(started + bench.seconds * 1000);
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(client);
    const serverSeconds = (await server()).get("mysql") ?? Number.NaN;
    await pool.end();
    return { rate: commands / seconds, clientMicros: (user + system) / commands, serverMicros: (serverSeconds * 1e6) / commands };
  });
