import { run, withConnection } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";

/** How many events are stored. Reads an index entry for each of them. */
export const countEvents = async (pool: Pool): Promise<number> => {
  const [row] = await withConnection(pool, (connection) =>
    run<(RowDataPacket & { readonly events: number })[]>(connection, "SELECT COUNT(*) AS events FROM events", [], 600_000),
  );
  return row?.events ?? 0;
};

/** Rejects when the events cannot be read within 2 s: for a readiness probe. */
export const assertEventsReadable = async (pool: Pool): Promise<void> =>
  void (await pool.query({ sql: "SELECT 1 FROM events LIMIT 1", timeout: 2_000 }));
