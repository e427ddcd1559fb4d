import { inSnapshot, requirePrimary, type RoleRow, runTogether, serverRole } from "@cart/mysql";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { fetchPending } from "./fetchPending.ts";
import type { OutboxRow } from "./outboxRow.ts";

/** Resolves to the rows of `fetchPending` with ids above `after`; 0 begins with the first row. */
export type PageAfter = (after: number) => Promise<readonly OutboxRow[]>;

/** Runs `work` with a reader of pages that all come from one snapshot of the outbox. */
export const readBacklog = <T>(
  pool: Pool,
  { shards, limit }: { readonly shards: readonly number[]; readonly limit: number },
  work: (pageAfter: PageAfter) => Promise<T>,
): Promise<T> =>
  inSnapshot(pool, async (connection) => {
    const asOf = await timeOfPrimary(connection);
    return work((after) => fetchPending(connection, { shards, limit, page: { after, asOf } }));
  });

const timeOfPrimary = async (connection: PoolConnection): Promise<Date> => {
  const [[row], role] = await runTogether<[(RowDataPacket & { readonly now: Date })[], RoleRow[]]>(connection, [
    { sql: "SELECT NOW(6) AS now" },
    serverRole,
  ]);
  requirePrimary(role);
  if (row === undefined) throw new Error("a SELECT without FROM returned no row");
  return row.now;
};
