import type { Pool, RowDataPacket } from "mysql2/promise";

/** Returns the newest version of each stream of a type, for a suite that waits until it is seen elsewhere. */
export const streamVersions = async (
  pool: Pick<Pool, "query">,
  database: string,
  aggregateType: string,
): Promise<ReadonlyMap<string, number>> => {
  const [rows] = await pool.query<(RowDataPacket & { readonly id: string; readonly version: number })[]>(
    "SELECT BIN_TO_UUID(aggregate_id) AS id, MAX(version) AS version FROM ??.events WHERE aggregate_type = ? GROUP BY aggregate_id",
    [database, aggregateType],
  );
  return new Map(rows.map(({ id, version }) => [id, version]));
};
