import { run } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";

/** Whether any row, of any shard, is unpublished: one look at the index. */
export const hasPending = async (connection: PoolConnection): Promise<boolean> => {
  const rows = await run<RowDataPacket[]>(connection, "SELECT 1 FROM outbox WHERE status = 'PENDING' LIMIT 1");
  return rows.length > 0;
};
