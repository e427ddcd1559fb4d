import type { Connection, Pool, RowDataPacket } from "mysql2/promise";
import { errorNumber, isUnavailable } from "./mysqlError.ts";
import { withConnection } from "./transaction.ts";

/** Session variables by name, each with the value that the server returns once the variable is set. */
export type SessionVariables = Readonly<Record<string, string | number>>;

/**
 * Every session setting on which the code relies, so that it does not depend on the
 * defaults of a server or a user. `sql_mode` matters for security, because the driver's
 * escaping of values is safe only while a backslash escapes. The isolation is READ
 * COMMITTED because writers rely on unique keys and row locks and never on gap locks,
 * which would only make writers of neighbouring rows wait.
 */
const pinned: SessionVariables = {
  sql_mode: "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
  autocommit: 1,
  completion_type: "NO_CHAIN",
  character_set_client: "utf8mb4",
  character_set_results: "utf8mb4",
  character_set_connection: "utf8mb4",
  collation_connection: "utf8mb4_0900_bin",
  time_zone: "+00:00",
  transaction_isolation: "READ-COMMITTED",
  transaction_read_only: 0,
  foreign_key_checks: 1,
  unique_checks: 1,
  sql_safe_updates: 0,
  sql_select_limit: "18446744073709551615",
  sql_auto_is_null: 0,
  max_execution_time: 0,
  group_concat_max_len: 1_048_576,
};

/** The server does not keep a session's settings, for example behind a proxy that drops SET. Such a session must not be used. */
export class SessionNotPinnedError extends Error {
  override readonly name = "SessionNotPinnedError";
}

/** What a server says of itself when a session is pinned. */
export type PinnedServer = {
  /** The size of the largest packet that it accepts, in bytes. */
  readonly maxPacketBytes: number;
  /** Its `server_uuid`. */
  readonly serverId: string;
  /** Whether it refuses writes, as a replica and a former primary do. */
  readonly isReadOnly: boolean;
};

/**
 * Sets the session's variables, with the values of `own` overriding the common ones, and
 * reads them back. Rejects with a `SessionNotPinnedError` if the server returns other values.
 */
export const pinSession = async (connection: Pick<Connection, "query">, own: SessionVariables = {}): Promise<PinnedServer> => {
  const wanted = Object.entries({ ...pinned, ...own });
  const assignments = wanted.map(
    ([name, value]) => `SESSION ${name} = ${typeof value === "number" || /^\d+$/.test(value) ? value : `'${value}'`}`,
  );
  await connection.query({ sql: `SET ${assignments.join(", ")}`, timeout: pinTimeoutMs }).catch((error: unknown) => {
    throw isRefusal(error) ? notPinned("refuses", error instanceof Error ? error.message : String(error), error) : error;
  });
  const names = [...wanted.map(([name]) => name), "max_allowed_packet"];
  const [[row]] = await connection.query<RowDataPacket[]>({
    sql: `SELECT ${names.map((name) => `CAST(@@SESSION.${name} AS CHAR) AS ${name}`).join(", ")},
      @@GLOBAL.read_only AS server_is_read_only, @@GLOBAL.server_uuid AS server_id`,
    timeout: pinTimeoutMs,
  });
  const others = wanted
    .filter(([name, value]) => String(row?.[name]) !== String(value))
    .map(([name]) => `${name} is ${String(row?.[name])}`);
  if (others.length > 0) {
    throw notPinned("does not keep", others.join(", "));
  }
  return {
    maxPacketBytes: Number(row?.["max_allowed_packet"]),
    serverId: String(row?.["server_id"]),
    isReadOnly: row?.["server_is_read_only"] !== 0,
  };
};

/** Whether the server answered that it will not set a variable, which it may not know. */
const isRefusal = (error: unknown): boolean => errorNumber(error) !== undefined && !isUnavailable(error);

const notPinned = (verb: "refuses" | "does not keep", reason: string, cause?: unknown): SessionNotPinnedError =>
  new SessionNotPinnedError(
    `the MySQL server ${verb} the session's settings (${reason}): connect to a server, or through a proxy, that keeps them`,
    { cause },
  );

/**
 * Rejects with a `SessionNotPinnedError` if the pool's server refuses the session's settings or does not
 * keep them, so that a program can end at its start. Resolves if the server is away, because it may
 * come back; then no statement runs before the session is pinned either.
 */
export const requirePinnedSessions = async (...pools: readonly Pool[]): Promise<void> => {
  const attempts = await Promise.allSettled(pools.map((pool) => withConnection(pool, () => Promise.resolve())));
  for (const attempt of attempts) {
    if (attempt.status === "rejected" && attempt.reason instanceof SessionNotPinnedError) throw attempt.reason;
  }
};

/** Milliseconds after which a server that accepts a connection but does not answer counts as unavailable. */
const pinTimeoutMs = 5_000;
