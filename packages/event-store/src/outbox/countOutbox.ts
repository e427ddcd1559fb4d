import { run, withConnection } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { isSetAside } from "./setAside.ts";

export type OutboxCounts = { readonly pending: number; readonly failed: number; readonly setAside: number };

/** Counts the rows that wait to be published, the rows that were given up, and the rows that were set aside behind those. */
export const countOutbox = async (pool: Pool): Promise<OutboxCounts> => {
  const [row] = await withConnection(pool, (connection) =>
    run<(RowDataPacket & OutboxCounts)[]>(
      connection,
      `SELECT (SELECT COUNT(*) FROM outbox WHERE status = 'PENDING') AS pending,
              (SELECT COUNT(*) FROM outbox WHERE status = 'FAILED' AND NOT ${isSetAside}) AS failed,
              (SELECT COUNT(*) FROM outbox WHERE status = 'FAILED' AND ${isSetAside}) AS setAside`,
    ),
  );
  return { pending: row?.pending ?? 0, failed: row?.failed ?? 0, setAside: row?.setAside ?? 0 };
};

/** Returns the age of the oldest row that waits to be published, in seconds; 0 if no row waits. */
export const oldestPendingSeconds = async (pool: Pool): Promise<number> => {
  const [row] = await withConnection(pool, (connection) =>
    run<(RowDataPacket & { readonly age: string })[]>(
      connection,
      "SELECT TIMESTAMPDIFF(MICROSECOND, created_at, NOW(6)) / 1e6 AS age FROM outbox WHERE status = 'PENDING' ORDER BY id LIMIT 1",
    ),
  );
  return Number(row?.age ?? 0);
};
