import { callbackify } from "node:util";
import mysql, { type Pool } from "mysql2/promise";
import { generationOf, pinnedConnection, rememberPinned } from "./pinnedConnections.ts";
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
  /**
   * Milliseconds after which a connection is replaced at its next use, so that after the address of the server
   * has moved no connection leads to the former server for longer than this. 10 minutes by default.
   */
  readonly maxConnectionAgeMs?: number | undefined;
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
  maxConnectionAgeMs = 600_000,
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
  lendPinned(pool, session, maxConnectionAgeMs);
  return pool;
};

const pin = callbackify((connection: Parameters<typeof pinSession>[0], session: SessionVariables) => pinSession(connection, session));

/** Up to this share of their age connections are replaced earlier, at random, so that a pool does not replace them all at once. */
const ageJitter = 0.2;

/**
 * Pins the session of every new connection, and closes a connection that is too old or was dropped instead of
 * lending it. `pool.query` also uses the core pool's `getConnection`, so every statement is covered.
 */
const lendPinned = (pool: Pool, session: SessionVariables, maxAgeMs: number): void => {
  const core = pool.pool;
  const take = core.getConnection.bind(core);
  const lend: typeof core.getConnection = (callback) => {
    const generation = generationOf(core);
    take((error, connection) => {
      if (error !== null) {
        callback(error, connection);
        return;
      }
      const known = pinnedConnection(connection);
      if (known !== undefined) {
        if (known.generation === generationOf(core) && performance.now() < known.validUntil) {
          callback(null, connection);
          return;
        }
        connection.destroy();
        lend(callback);
        return;
      }
      const validUntil = performance.now() + maxAgeMs * (1 - ageJitter * Math.random());
      pin(connection.promise(), session, (reason, maxPacketBytes) => {
        if (reason === null) rememberPinned({ core: connection, maxPacketBytes, validUntil, generation });
        else connection.destroy();
        callback(reason, connection);
      });
    });
  };
  core.getConnection = lend;
};
