import type { Pool, RowDataPacket } from "mysql2/promise";

export type DeadLetterCounts = { readonly parkedAggregates: number; readonly byReason: ReadonlyMap<string, number> };

/** Counts the dead letters for the metrics. Each query fails after 2 s if the table is locked or the server does not answer. */
export const countDeadLetters = async (pool: Pool): Promise<DeadLetterCounts> => {
  const timeoutMs = 2_000;
  const [reasons] = await pool.query<(RowDataPacket & { reason_code: string; n: number })[]>({
    sql: "SELECT reason_code, COUNT(*) AS n FROM dead_letters GROUP BY reason_code",
    timeout: timeoutMs,
  });
  const [[parked]] = await pool.query<(RowDataPacket & { n: number })[]>({
    sql: "SELECT COUNT(DISTINCT aggregate_type, aggregate_id) AS n FROM dead_letters",
    timeout: timeoutMs,
  });
  return { parkedAggregates: parked?.n ?? 0, byReason: new Map(reasons.map(({ reason_code: reason, n }) => [reason, n])) };
};
