import { requirePrimary, type RoleRow, runTogether, serverRole } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import { type PendingQuery, selectPending, toOutboxRow } from "./fetchPending.ts";
import type { OutboxRecord, OutboxRow } from "./outboxRow.ts";

/** The pace of the server's polls. */
export type Patience = {
  /** Milliseconds to wait in all. */
  readonly limitMs: number;
  /** Milliseconds between two polls. */
  readonly pauseMs: number;
};

export type Pending = {
  readonly rows: readonly OutboxRow[];
  /** Whether there are unknown rows, but all of them wait behind a row that could not be published. */
  readonly allBlocked: boolean;
};

/**
 * Returns the rows of `fetchPending` as soon as there are any, or an empty list after
 * `limitMs`, in one round trip: the server polls, because the client would have to
 * wake up for each poll. `query` must name at least one shard. Rejects with a
 * `NotPrimaryError` if the server is read-only: a former primary would show rows for ever
 * that have long been published.
 */
export const awaitPending = async (
  connection: PoolConnection,
  query: PendingQuery & { readonly known: readonly number[] },
  { limitMs, pauseMs }: Patience,
): Promise<Pending> => {
  // n pauses need n + 1 polls; without the extra poll a pause longer than the limit would be skipped.
  const polls = Math.ceil(limitMs / pauseMs) + 1;
  const [[answer], , records, role] = await runTogether<[(RowDataPacket & { found: 0 | 1 })[], RowDataPacket[], OutboxRecord[], RoleRow[]]>(
    connection,
    [
      { sql: "CALL await_pending(?, ?, ?, ?)", values: [query.shards.join(), query.known.join(), pauseMs / 1000, polls] },
      selectPending(query),
      serverRole,
    ],
  );
  requirePrimary(role);
  const rows = records.map(toOutboxRow);
  return { rows, allBlocked: rows.length === 0 && answer?.found === 1 };
};
