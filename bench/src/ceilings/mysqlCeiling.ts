import { randomBytes } from "node:crypto";
import mysql from "mysql2/promise";
import type { Bench, Measurement } from "../measurement.ts";
import { withFreshSystem } from "../system/freshSystem.ts";
import { bareTransaction } from "./bareTransaction.ts";

/**
 * The throughput of MySQL without this product: a bare mysql2 loop on the same tables,
 * with one transaction per command, on `connections` connections.
 */
export const mysqlCeiling =
  (connections: number) =>
  (bench: Bench): Promise<Measurement> =>
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
      await all(performance.now() + 1_000);
      commands = 0;
      const started = performance.now();
      await all(started + bench.seconds * 1000);
      const seconds = (performance.now() - started) / 1000;
      await pool.end();
      return { value: commands / seconds };
    });
