import { inSnapshot, run } from "@cart/mysql";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { fetchPending, type PendingLimit, type PendingPage } from "./fetchPending.ts";

/** Resolves to a page of `fetchPending` with ids above `after`; 0 begins with the first row. */
export type PageAfter = (after: number, limit: PendingLimit) => Promise<PendingPage>;

/** Runs `work` with a reader of pages that all come from one snapshot of the outbox. */
export const readBacklog = <T>(pool: Pool, shards: readonly number[], work: (pageAfter: PageAfter) => Promise<T>): Promise<T> =>
  inSnapshot(pool, async (connection) => {
    const asOf = await timeOf(connection);
    return work((after, limit) => fetchPending(connection, { shards, limit, page: { after, asOf } }));
  });

const timeOf = async (connection: PoolConnection): Promise<Date> => {
  const [row] = await run<(RowDataPacket & { readonly now: Date })[]>(connection, "SELECT NOW(6) AS now");
  if (row === undefined) throw new Error("a SELECT without FROM returned no row");
  return row.now;
};
