import mysql, { type Pool } from "mysql2/promise";

export type MysqlPoolOptions = {
  readonly url: string;
  readonly connectionLimit: number;
  /** Milliseconds to wait for a new connection. */
  readonly connectTimeout?: number;
  /** Callers that may wait for a connection; the next is refused. Without it, any number. */
  readonly queueLimit?: number;
  /** Further session variables, as in `SET SESSION`. */
  readonly session?: string;
  /** Lets a round trip carry several statements, for `runTogether`. */
  readonly multipleStatements?: boolean;
};

/**
 * A pool whose sessions read and write UTC and run READ COMMITTED: writers rely on
 * unique keys and row locks, and never on gap locks, which would only make
 * neighbours wait.
 */
export const openMysqlPool = ({
  url,
  connectionLimit,
  connectTimeout = 5_000,
  queueLimit = 0,
  session,
  multipleStatements = false,
}: MysqlPoolOptions): Pool => {
  const pool = mysql.createPool({
    uri: url,
    connectionLimit,
    connectTimeout,
    queueLimit,
    timezone: "Z",
    supportBigNumbers: true,
    enableKeepAlive: true,
    multipleStatements,
    // Where a statement came from would be in the stack of its error, and cost each one a tenth of a millisecond. Its SQL is there.
    trace: false,
  });
  const assignments = ["transaction_isolation = 'READ-COMMITTED'", "time_zone = '+00:00'", ...(session === undefined ? [] : [session])];
  // The driver runs a connection's statements in order, so this one comes before any of the caller's.
  pool.pool.on("connection", (connection) => {
    connection.query(`SET SESSION ${assignments.join(", ")}`, (error) => {
      if (error !== null) connection.destroy();
    });
  });
  return pool;
};
