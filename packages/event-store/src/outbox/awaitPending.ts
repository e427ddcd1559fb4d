import { readTogether, requirePrimary, type RoleRow, serverRole } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import { isOutboxRecord, pendingPage, type PendingPage, type PendingQuery, selectPending } from "./fetchPending.ts";
import type { OutboxRecord } from "./outboxRow.ts";

/** The pace of the server's polls. */
export type Patience = {
  /** Milliseconds to wait in all. */
  readonly limitMs: number;
  /** Milliseconds between two polls. */
  readonly pauseMs: number;
};

export type Pending = PendingPage & {
  /** Whether there are unknown rows, but all of them wait behind a row that could not be published. */
  readonly allBlocked: boolean;
};

/**
 * Returns the page of `fetchPending` as soon as there are any rows, or an empty page after
 * `limitMs`, in one round trip: the server polls, because the client would have to
 * wake up for each poll. `query` must name at least one shard. Rejects with a
 * `NotPrimaryError` if the server is read-only, like `fetchPending`.
 */
export const awaitPending = async (
  connection: PoolConnection,
  query: PendingQuery & { readonly known: readonly number[] },
  { limitMs, pauseMs }: Patience,
): Promise<Pending> => {
  // n pauses need n + 1 polls; without the extra poll a pause longer than the limit would be skipped.
  const polls = Math.ceil(limitMs / pauseMs) + 1;
  const { fits, toPage } = pendingPage(query.limit);
  const [[answer], , records, role] = await readTogether<[Found[], RowDataPacket[], OutboxRecord[], RoleRow[]]>(
    connection,
    [
      { sql: "CALL await_pending(?, ?, ?, ?)", values: [query.shards.join(), query.known.join(), pauseMs / 1000, polls] },
      selectPending(query),
      serverRole,
    ],
    (row) => !isOutboxRecord(row) || fits(row),
  );
  requirePrimary(role);
  const page = toPage(records);
  return { ...page, allBlocked: page.rows.length === 0 && answer?.found === 1 };
};

type Found = RowDataPacket & { readonly found: 0 | 1 };
