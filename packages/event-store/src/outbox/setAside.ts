import { inTransaction, run, withConnection } from "@cart/mysql";
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from "mysql2/promise";

/*
 * Rows behind a row that was given up cannot be published until an operator retries it. Among the PENDING rows, every fetch
 * and every poll would have to step over them. So they are set aside: they become FAILED without an attempt. A release that does not
 * know such rows handles them correctly: its fetch leaves them out, and its retry resets all FAILED rows of an aggregate in one
 * transaction.
 */

/** The `error_message` of rows that were set aside. */
const reason = "set aside, because an earlier row of the aggregate was given up";

/** The SQL condition for a FAILED row that was set aside, in contrast to a row that was given up after its attempts. */
export const isSetAside = `(retry_count = 0 AND error_message <=> '${reason}')`;

type SetAsideLimits = {
  /** Fewer blocked rows than this stay where they are, because stepping over them costs less than setting them aside. */
  readonly minRows: number;
  /** Upper limit of the rows of one call. */
  readonly maxRows: number;
  /** How many of the oldest PENDING rows are searched. Blocked rows behind them are in nobody's way yet, however long the backlog is. */
  readonly searchedRows: number;
};

type SetAside = {
  /** Whether an aggregate is blocked by a row that was given up. */
  readonly anyBlocked: boolean;
  /** The number of rows that were set aside. */
  readonly rows: number;
};

type BlockedRow = RowDataPacket & { readonly id: number; readonly aggregate_id: Buffer; readonly aggregate_type: string };

/**
 * Sets the oldest rows of the shards aside that wait behind a row that was given up. The blocks of their aggregates are locked
 * first, and `retryFailed` locks them first too: either a row is set aside before the retry, which then finds it, or it stays.
 * The call does not wait for a retry that is under way: the rows of that aggregate stay.
 */
export const setAsideBlocked = async (pool: Pool, shards: readonly number[], limits: SetAsideLimits): Promise<SetAside> => {
  const blocked = await withConnection(pool, (connection) => findBlocked(connection, shards, limits));
  if (blocked === undefined) return { anyBlocked: false, rows: 0 };
  if (blocked.length < limits.minRows) return { anyBlocked: true, rows: 0 };
  const rows = await inTransaction(pool, async (connection) => {
    const locked = await lockBlocks(connection, blocked);
    const ids = blocked.filter((row) => row.id > (locked.get(keyOf(row)) ?? Infinity)).map(({ id }) => id);
    if (ids.length === 0) return 0;
    const { affectedRows } = await run<ResultSetHeader>(
      connection,
      "UPDATE outbox SET status = 'FAILED', error_message = ? WHERE id IN (?) AND status = 'PENDING' AND retry_count = 0",
      [reason, ids],
    );
    return affectedRows;
  });
  return { anyBlocked: true, rows };
};

/** Returns `undefined` if no aggregate is blocked by a row that was given up: then the outbox is not read. */
const findBlocked = async (
  connection: PoolConnection,
  shards: readonly number[],
  { maxRows, searchedRows }: SetAsideLimits,
): Promise<readonly BlockedRow[] | undefined> => {
  const [block] = await run<RowDataPacket[]>(connection, "SELECT 1 FROM outbox_blocks WHERE next_attempt_at IS NULL LIMIT 1");
  if (block === undefined || shards.length === 0) return undefined;
  return run<BlockedRow[]>(
    connection,
    `SELECT o.id, o.aggregate_id, o.aggregate_type
     FROM (SELECT id, aggregate_id, aggregate_type FROM outbox FORCE INDEX (outbox_status)
           WHERE status = 'PENDING' AND shard IN (?) ORDER BY id LIMIT ?) o
     JOIN outbox_blocks b ON b.aggregate_id = o.aggregate_id AND b.aggregate_type = o.aggregate_type
     WHERE b.next_attempt_at IS NULL AND o.id > b.outbox_id
     ORDER BY o.id LIMIT ?`,
    [shards, searchedRows, maxRows],
  );
};

type Block = RowDataPacket & { readonly outbox_id: number; readonly aggregate_id: Buffer; readonly aggregate_type: string };

/**
 * Locks the blocks of the rows' aggregates that still wait for an operator, and returns the ids of the rows that were given up. A
 * block that a retry has locked is left out: a relay that waited for the retry would publish nothing meanwhile.
 */
const lockBlocks = async (connection: PoolConnection, rows: readonly BlockedRow[]): Promise<ReadonlyMap<string, number>> => {
  const aggregates = [...new Map(rows.map((row) => [keyOf(row), row])).values()];
  const blocks = await run<Block[]>(
    connection,
    `SELECT aggregate_id, aggregate_type, outbox_id FROM outbox_blocks
     WHERE (aggregate_id, aggregate_type) IN (?) AND next_attempt_at IS NULL
     ORDER BY aggregate_id, aggregate_type FOR UPDATE SKIP LOCKED`,
    [aggregates.map((row) => [row.aggregate_id, row.aggregate_type])],
  );
  return new Map(blocks.map((block) => [keyOf(block), block.outbox_id]));
};

const keyOf = (row: { readonly aggregate_id: Buffer; readonly aggregate_type: string }): string =>
  `${row.aggregate_type}/${row.aggregate_id.toString("hex")}`;
