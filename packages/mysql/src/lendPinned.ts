import { callbackify } from "node:util";
import type { PoolConnection } from "mysql2";
import type { Pool } from "mysql2/promise";
import {
  followPrimary,
  generationOf,
  leaveServer,
  type PinnedConnection,
  pinnedConnection,
  primaryOf,
  rememberPinned,
} from "./pinnedConnections.ts";
import { pinSession, type SessionVariables } from "./pinSession.ts";
import { isPrimary, NotPrimaryError, type RoleRow, serverRole } from "./serverRole.ts";

export type LendingOptions = {
  readonly session: SessionVariables;
  /** Milliseconds after which a connection is replaced at its next use. */
  readonly maxAgeMs: number;
  readonly allowReplicas: boolean;
  /** Milliseconds after which a server that does not say whether it is the primary counts as unavailable. */
  readonly roleTimeoutMs: number;
};

/** The pool without promises. */
type CorePool = Pool["pool"];

/** Milliseconds for which a server counts as the primary after it has said so. */
const proofMs = 1_000;

/** Milliseconds for which no connection is lent after a new one has led to a read-only server, so that a maintenance costs few logins. */
const refusalMs = 200;

/** Up to this share of their age connections are replaced earlier, at random, so that a pool does not replace them all at once. */
const ageJitter = 0.2;

/**
 * Makes the pool lend a connection only once its session was pinned, and while its server counts as the primary. A connection that is too
 * old, was dropped or leads to another server is closed, and another one is lent. `pool.query` also uses the core pool's
 * `getConnection`, so every statement is covered.
 */
export const lendPinned = (core: CorePool, { session, maxAgeMs, allowReplicas, roleTimeoutMs }: LendingOptions): void => {
  let refusedUntil = 0;

  /** Prepares a new connection, and resolves to whether it may be lent. */
  const pin = async (connection: PoolConnection, generation: number): Promise<boolean> => {
    const now = performance.now();
    const { serverId, isReadOnly, maxPacketBytes } = await pinSession(connection.promise(), session);
    if (!allowReplicas) {
      // Another connection has found another primary since this one was asked for, so what this server says is late.
      if (generation !== generationOf(core) && serverId !== primaryOf(core)) return false;
      if (isReadOnly) {
        refusedUntil = performance.now() + refusalMs;
        throw new NotPrimaryError();
      }
      followPrimary(core, serverId);
    }
    rememberPinned({
      core: connection,
      maxPacketBytes,
      generation: generationOf(core),
      validUntil: now + maxAgeMs * (1 - ageJitter * Math.random()),
      provenUntil: allowReplicas ? Infinity : now + proofMs,
    });
    return true;
  };

  /** Asks the server for its role again, and resolves to whether the connection may be lent. */
  const prove = async (connection: PoolConnection, known: PinnedConnection): Promise<boolean> => {
    const now = performance.now();
    const [rows] = await connection.promise().query<RoleRow[]>({ sql: serverRole.sql, timeout: roleTimeoutMs });
    if (!isPrimary(rows)) leaveServer(core, connection);
    if (known.generation !== generationOf(core)) return false;
    rememberPinned({ ...known, provenUntil: now + proofMs });
    return true;
  };

  const prepare = callbackify((connection: PoolConnection, known: PinnedConnection | undefined, generation: number) =>
    known === undefined ? pin(connection, generation) : prove(connection, known),
  );

  const take = core.getConnection.bind(core);
  const lend: typeof take = (callback) => {
    if (performance.now() < refusedUntil) {
      process.nextTick(callback, new NotPrimaryError());
      return;
    }
    const generation = generationOf(core);
    const replace = (connection: PoolConnection): void => {
      connection.destroy();
      lend(callback);
    };
    take((error, connection) => {
      if (error !== null) {
        callback(error, connection);
        return;
      }
      const known = pinnedConnection(connection);
      const now = performance.now();
      if (known !== undefined && (known.generation !== generationOf(core) || now >= known.validUntil)) {
        replace(connection);
        return;
      }
      if (known !== undefined && now < known.provenUntil) {
        callback(null, connection);
        return;
      }
      prepare(connection, known, generation, (reason, mayBeLent) => {
        if (reason !== null) {
          connection.destroy();
          callback(reason, connection);
        } else if (mayBeLent) callback(null, connection);
        else replace(connection);
      });
    });
  };
  core.getConnection = lend;
};
