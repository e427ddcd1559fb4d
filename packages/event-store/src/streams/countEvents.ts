import { run, withConnection } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";

/** Returns the number of stored events. The statement reads one index entry for each event. */
export const countEvents = async (pool: Pool): Promise<number> => {
  const [row] = await withConnection(pool, (connection) =>
    run<(RowDataPacket & { readonly events: number })[]>(connection, "SELECT COUNT(*) AS events FROM events", [], 600_000),
  );
  return row?.events ?? 0;
};
