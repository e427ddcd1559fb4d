import { callbackify } from "node:util";
import mysql, { type Pool } from "mysql2/promise";
import { isPinned, rememberPinned } from "./pinnedConnections.ts";
import { pinSession, type SessionVariables } from "./pinSession.ts";

export type MysqlPoolOptions = {
  readonly url: string;
  readonly connectionLimit: number;
  /** Milliseconds to wait for a new connection. */
  readonly connectTimeoutMs?: number;
  /** Upper limit of callers that wait for a connection; further callers are refused. Unlimited by default. */
  readonly queueLimit?: number;
  /** Further session variables, and values that override those of `pinSession`. */
  readonly session?: SessionVariables;
  /** Allows several statements in one round trip, for `runTogether`. */
  readonly multipleStatements?: boolean;
};

/**
 * Opens a pool whose sessions all have the same settings, whatever the server's defaults
 * are: see `pinSession`. A connection is lent only after its session was set and read back.
 * If that fails, or the server does not keep the settings, the caller gets the error.
 */
export const openMysqlPool = ({
  url,
  connectionLimit,
  connectTimeoutMs = 5_000,
  queueLimit = 0,
  session = {},
  multipleStatements = false,
}: MysqlPoolOptions): Pool => {
  const pool = mysql.createPool({
    uri: url,
    connectionLimit,
    connectTimeout: connectTimeoutMs,
    queueLimit,
    timezone: "Z",
    supportBigNumbers: true,
    enableKeepAlive: true,
    multipleStatements,
    // With a trace an error's stack would name the caller of the statement, but every statement would cost a tenth of a millisecond more.
    trace: false,
  });
  lendPinned(pool, session);
  return pool;
};

const pin = callbackify(pinSession);

/** Pins the session of every new connection. `pool.query` also uses the core pool's `getConnection`, so every statement is covered. */
const lendPinned = (pool: Pool, session: SessionVariables): void => {
  const core = pool.pool;
  const take = core.getConnection.bind(core);
  core.getConnection = (callback) =>
    take((error, connection) => {
      if (error !== null || isPinned(connection)) {
        callback(error, connection);
        return;
      }
      pin(connection.promise(), session, (reason, maxPacketBytes) => {
        if (reason === null) rememberPinned(connection, maxPacketBytes);
        else connection.destroy();
        callback(reason, connection);
      });
    });
};
