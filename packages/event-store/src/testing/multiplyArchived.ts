import { randomBytes } from "node:crypto";
import type { Pool, RowDataPacket } from "mysql2/promise";

/** Rows that one statement copies. */
const rowsEach = 50_000;

/** Copies the rows of archived streams under other ids until there are `rows` of them. The copies name the objects of the first ones. */
export const multiplyArchived = async (eventStore: Pool, rows: number): Promise<void> => {
  const connection = await eventStore.getConnection();
  const columns = "tenant_id, version, object_key, sha256";
  try {
    await connection.query("SET SESSION sql_log_bin = OFF");
    for (;;) {
      const [[row]] = await connection.query<(RowDataPacket & { n: number })[]>("SELECT COUNT(*) AS n FROM archived_streams");
      const count = row?.n ?? 0;
      if (count === 0) throw new Error("no stream is archived");
      if (count >= rows) return;
      await connection.query(
        `INSERT INTO archived_streams (aggregate_id, aggregate_type, state, ${columns}, event_id, schema_version, event_data, archived_at)
         SELECT aggregate_id ^ ?, aggregate_type, state, ${columns}, event_id ^ ?, schema_version, event_data, archived_at
         FROM archived_streams LIMIT ?`,
        [randomBytes(16), randomBytes(16), Math.min(rowsEach, rows - count)],
      );
    }
  } finally {
    await connection.query("SET SESSION sql_log_bin = ON");
    connection.release();
  }
};
