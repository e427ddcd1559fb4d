import type { PoolConnection as CoreConnection } from "mysql2";
import type { PoolConnection } from "mysql2/promise";

/** What is known about a connection whose session was pinned. */
export type PinnedConnection = {
  /** The connection without promises, which hands out rows as they arrive. */
  readonly core: CoreConnection;
  /** The size of the largest packet that the server accepts, in bytes. */
  readonly maxPacketBytes: number;
  /** Time of this process's monotonic clock from which the connection is not lent any more. */
  readonly validUntil: number;
  /** How often the pool's connections had been dropped when this one was pinned. */
  readonly generation: number;
  /** Time of this process's monotonic clock until which its server counts as the primary. Infinity if it may be a replica. */
  readonly provenUntil: number;
};

/** By core connection. */
const pinned = new WeakMap<object, PinnedConnection>();

export const pinnedConnection = (core: CoreConnection): PinnedConnection | undefined => pinned.get(core);

export const rememberPinned = (known: PinnedConnection): void => void pinned.set(known.core, known);

/** Throws unless the connection is from `openMysqlPool`. */
export const pinnedOf = ({ connection }: PoolConnection): PinnedConnection => {
  const found = pinned.get(connection);
  if (found === undefined) throw new Error("the connection is not from a pool of openMysqlPool()");
  return found;
};

/** How often the connections of a pool were dropped, by core pool. */
const generations = new WeakMap<object, number>();

export const generationOf = (pool: object): number => generations.get(pool) ?? 0;

/** Closes every connection of the core pool that is open now before it would be lent again. */
const dropConnections = (pool: object): void => void generations.set(pool, generationOf(pool) + 1);

/**
 * Closes the connections that were opened along with this one before they would be lent again. Call it when a server turned out not to be
 * the primary any more: the pool's address may lead to another server by now, but the other connections still lead to the former one.
 * Nothing happens if they were dropped already.
 */
export const leaveServer = (pool: object, core: object): void => {
  if (pinned.get(core)?.generation === generationOf(pool)) dropConnections(pool);
};

/** The `server_uuid` of the primary that a pool has found last, by core pool. */
const primaries = new WeakMap<object, string>();

export const primaryOf = (pool: object): string | undefined => primaries.get(pool);

/**
 * Remembers the primary to which a new connection of the core pool leads. If it is another one than before, the older connections are
 * dropped: whatever their server says of itself, another one is the primary by now.
 */
export const followPrimary = (pool: object, serverId: string): void => {
  const known = primaries.get(pool);
  primaries.set(pool, serverId);
  if (known !== undefined && known !== serverId) dropConnections(pool);
};
