import { runTogether } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import { type PendingQuery, selectPending, toOutboxRow } from "./fetchPending.ts";
import type { OutboxRecord, OutboxRow } from "./outboxRow.ts";

/** Milliseconds. */
export type Patience = {
  /** How long to wait in all. */
  readonly limit: number;
  /** Between two looks. */
  readonly pause: number;
};

export type Pending = {
  readonly rows: readonly OutboxRow[];
  /** There are unknown rows, and yet none to publish: all of them wait behind a row that could not be published. */
  readonly allBlocked: boolean;
};

/**
 * The rows of `fetchPending` as soon as there are any, or none after the patience is
 * over, in one round trip: the server waits, as the client would have to wake up
 * for each look. For at least one shard.
 */
export const awaitPending = async (
  connection: PoolConnection,
  query: PendingQuery & { readonly known: readonly number[] },
  { limit, pause }: Patience,
): Promise<Pending> => {
  // One more than there are pauses, or a pause that is longer than the limit would be none.
  const looks = Math.ceil(limit / pause) + 1;
  const [[answer], , records] = await runTogether<[(RowDataPacket & { found: 0 | 1 })[], RowDataPacket[], OutboxRecord[]]>(connection, [
    { sql: "CALL await_pending(?, ?, ?, ?)", values: [query.shards.join(), query.known.join(), pause / 1000, looks] },
    selectPending(query),
  ]);
  const rows = records.map(toOutboxRow);
  return { rows, allBlocked: rows.length === 0 && answer?.found === 1 };
};
