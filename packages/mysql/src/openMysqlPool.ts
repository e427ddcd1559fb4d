import mysql, { type Pool } from "mysql2/promise";
import { lendPinned } from "./lendPinned.ts";
import type { SessionVariables } from "./pinSession.ts";

export type MysqlPoolOptions = {
  readonly url: string;
  readonly connectionLimit: number;
  /** Milliseconds to wait for a new connection, and for the role of the server of an open one. */
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
  /** Accepts a server that is read-only. What one connection reads may then be older than what another one has read before. */
  readonly allowReplicas?: boolean | undefined;
};

/**
 * Opens a pool whose sessions all have the same settings, whatever the server's defaults
 * are: see `pinSession`. A connection is lent only after its session was set and read back.
 * If that fails, or the server does not keep the settings, the caller gets the error.
 *
 * Unless `allowReplicas`, every connection leads to the primary: one is lent only if its server accepted writes within the last second.
 * Otherwise the caller gets one to the server to which the address leads by now, or a `NotPrimaryError` if that is read-only as well. As
 * soon as a new connection finds another primary, none to the former one is lent any more. So nothing that is read on the pool is older
 * than what was read on it before, as long as its address leads to one primary.
 */
export const openMysqlPool = ({
  url,
  connectionLimit,
  connectTimeoutMs = 5_000,
  queueLimit = 0,
  session = {},
  multipleStatements = false,
  maxConnectionAgeMs: maxAgeMs = 600_000,
  allowReplicas = false,
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
  lendPinned(pool.pool, { session, maxAgeMs, allowReplicas, roleTimeoutMs: connectTimeoutMs });
  return pool;
};
