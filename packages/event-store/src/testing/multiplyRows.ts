import { randomBytes } from "node:crypto";
import type { Pool, RowDataPacket } from "mysql2/promise";

/**
 * Copies the rows of a table, at most 100,000 at a time, until the table has `rows` rows. A
 * random mask on the ids gives each copy different aggregates, so that the indexes resemble
 * those of production. Without the binary log this takes seconds instead of minutes.
 */
export const multiplyRows = async (
  eventStore: Pool,
  table: "events" | "outbox",
  rows: number,
  report: (line: string) => void,
): Promise<void> => {
  const columns = `aggregate_type, version, event_type, schema_version, event_data, metadata, created_at${table === "outbox" ? ", shard" : ""}`;
  const connection = await eventStore.getConnection();
  try {
    await connection.query("SET SESSION sql_log_bin = OFF");
    const [[seed]] = await connection.query<(RowDataPacket & { n: number; last: number | null })[]>(
      `SELECT COUNT(*) AS n, MAX(id) AS last FROM ${table}`,
    );
    if (seed?.n === 0) throw new Error(`${table} has no rows to copy`);
    let [count, reportedAt] = [seed?.n ?? 0, performance.now()];
    const copied = Math.min(count, 100_000);
    while (count < rows) {
      const limit = Math.min(copied, rows - count);
      await connection.query(
        `INSERT INTO ${table} (event_id, aggregate_id, ${columns})
         SELECT event_id ^ ?, aggregate_id ^ ?, ${columns} FROM ${table} WHERE id <= ? ORDER BY id LIMIT ?`,
        [randomBytes(16), randomBytes(16), seed?.last, limit],
      );
      count += limit;
      if (performance.now() - reportedAt < 10_000) continue;
      reportedAt = performance.now();
      report(`  ${table} has ${count} of ${rows} rows`);
    }
  } finally {
    await connection.query("SET SESSION sql_log_bin = ON");
    connection.release();
  }
};
