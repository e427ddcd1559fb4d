import {
  NotPrimaryError,
  openMysqlPool,
  type ReadRows,
  readRowsFrom,
  requirePinnedSessions,
  runTogether,
  type Statement,
  unavailableReason,
  withConnection,
} from "@cart/mysql";
import { within } from "@cart/process-kit";
import type { RowDataPacket } from "mysql2/promise";

/** The database did not answer, or not in time, or is not the primary. Says nothing about the cart. */
export class DatabaseUnavailableError extends Error {
  override readonly name = "DatabaseUnavailableError";
  /** What a readiness probe may show of this error. */
  readonly shownReason: string;

  constructor(cause: unknown) {
    super("the database does not answer", { cause });
    const reason = unavailableReason(cause) ?? "not available; the log has the reason";
    this.shownReason = cause instanceof NotPrimaryError ? `${reason}; if it is a replica, set READ_REPLICAS=true` : reason;
  }
}

export type ReadOnlyDatabaseOptions = {
  readonly url: string;
  readonly connectionLimit: number;
  readonly maxConnectionAgeMs?: number;
  /** Accepts a server that is read-only, whose answers may be older than earlier ones. */
  readonly allowReplicas?: boolean;
  /** Bound of one statement with all that it waits for. Milliseconds. */
  readonly timeoutMs?: number;
};

export type ReadOnlyDatabase = {
  /**
   * With `first`, the server runs that statement before, which has no rows, in the same round trip.
   * Rejects with a `DatabaseUnavailableError` and nothing else: the statements are fixed, so only the database can be at fault.
   */
  readonly query: <Row extends RowDataPacket>(sql: string, values?: readonly unknown[], first?: Statement) => Promise<Row[]>;
  /** Reads for the event store's functions. Rejects as `query` does. */
  readonly read: ReadRows;
  readonly close: () => Promise<void>;
};

export type OpenedDatabase = ReadOnlyDatabase & {
  /** For the start of the service: see `requirePinnedSessions` of `@cart/mysql`. */
  readonly requirePinnedSessions: () => Promise<void>;
};

/** A pool whose sessions the server itself keeps from writing. */
export const openReadOnlyDatabase = ({
  url,
  connectionLimit,
  maxConnectionAgeMs,
  allowReplicas,
  timeoutMs = 2_000,
}: ReadOnlyDatabaseOptions): OpenedDatabase => {
  const pool = openMysqlPool({
    url,
    connectionLimit,
    maxConnectionAgeMs,
    allowReplicas,
    connectTimeoutMs: timeoutMs,
    // More would only wait longer than their clients do.
    queueLimit: 1_000,
    session: { transaction_read_only: 1 },
    multipleStatements: true,
  });
  const run = async <Row extends RowDataPacket>(sql: string, values: readonly unknown[], first?: Statement): Promise<Row[]> => {
    if (first === undefined) return (await pool.query<Row[]>({ sql, values: [...values], timeout: timeoutMs }))[0];
    return withConnection(pool, async (connection) => {
      const [, rows] = await runTogether<[RowDataPacket[], Row[]]>(connection, [first, { sql, values }], timeoutMs);
      return rows;
    });
  };
  const read = readRowsFrom(pool, timeoutMs);
  const inTime = async <T>(work: Promise<T>): Promise<T> => {
    try {
      // mysql2 bounds the connecting and the statement, but not the wait for a free connection.
      return await within(timeoutMs, work);
    } catch (error) {
      throw new DatabaseUnavailableError(error);
    }
  };
  return {
    query: <Row extends RowDataPacket>(sql: string, values: readonly unknown[] = [], first?: Statement) =>
      inTime(run<Row>(sql, values, first)),
    read: <Row extends RowDataPacket>(statement: Statement, keepWhile?: (row: Row) => boolean) => inTime(read<Row>(statement, keepWhile)),
    requirePinnedSessions: () => requirePinnedSessions(pool),
    close: () => pool.end(),
  };
};
