import { callbackify } from "node:util";
import mysql, { type Pool } from "mysql2/promise";
import { isPinned, rememberPinned } from "./pinnedConnections.ts";
import { pinSession, type SessionVariables } from "./pinSession.ts";

export type MysqlPoolOptions = {
  readonly url: string;
  readonly connectionLimit: number;
  /** Milliseconds to wait for a new connection. */
  readonly connectTimeout?: number;
  /** Callers that may wait for a connection; the next is refused. Without it, any number. */
  readonly queueLimit?: number;
  /** Further session variables, and other values of those that `pinSession` sets. */
  readonly session?: SessionVariables;
  /** Lets a round trip carry several statements, for `runTogether`. */
  readonly multipleStatements?: boolean;
};

/**
 * A pool whose sessions are all alike, whatever the server's defaults are: see
 * `pinSession`. A connection is lent only after its session was set and read back;
 * until then, and when the server does not keep the settings, callers get the error.
 */
export const openMysqlPool = ({
  url,
  connectionLimit,
  connectTimeout = 5_000,
  queueLimit = 0,
  session = {},
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
    // The stack of an error would name the caller of its statement, at a cost of a tenth of a millisecond for every statement.
    trace: false,
  });
  lendPinned(pool, session);
  return pool;
};

const pin = callbackify(pinSession);

/** `pool.query` takes its connection with the core pool's `getConnection` too, so every statement passes here. */
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
