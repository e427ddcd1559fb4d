import { run, runTogether, type Statement } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";

export type ShardClaim = {
  /** The shards that this relay holds from now until the lease ends. */
  readonly held: readonly number[];
  /** The number of held shards beyond the fair share, which other relays are waiting for. */
  readonly surplus: number;
};

/**
 * Renews this relay's leases and takes free shards, up to its fair share.
 *
 * A shard has one owner at any time by the database's clock: the UPDATE takes only
 * shards that have no owner or whose lease has expired. All times are the database's,
 * so the relays' clocks need not agree.
 */
export const claimShards = async (connection: PoolConnection, owner: string, leaseMs: number): Promise<ShardClaim> => {
  const lease = `NOW(6) + INTERVAL ${leaseMs * 1000} MICROSECOND`;
  const held: Statement = {
    sql: "SELECT shard FROM relay_leases WHERE owner = ? AND expires_at > NOW(6) ORDER BY shard",
    values: [owner],
  };
  const take = async (maxShards: number): Promise<ShardRow[]> => {
    const [, shards] = await runTogether<[RowDataPacket[], ShardRow[]]>(connection, [
      {
        sql: `UPDATE relay_leases SET owner = ?, expires_at = ${lease} WHERE owner IS NULL OR expires_at <= NOW(6) ORDER BY shard LIMIT ?`,
        values: [owner, maxShards],
      },
      held,
    ]);
    return shards;
  };

  // One round trip, because a renewal happens every few seconds, even in an idle system, and mostly finds no free shard.
  const [, , , [counts], renewed] = await runTogether<[RowDataPacket[], RowDataPacket[], RowDataPacket[], CountRow[], ShardRow[]]>(
    connection,
    [
      {
        sql: `INSERT INTO relay_members (owner, expires_at) VALUES (?, ${lease}) ON DUPLICATE KEY UPDATE expires_at = ${lease}`,
        values: [owner],
      },
      { sql: "DELETE FROM relay_members WHERE expires_at <= NOW(6)" },
      { sql: `UPDATE relay_leases SET expires_at = ${lease} WHERE owner = ? AND expires_at > NOW(6)`, values: [owner] },
      { sql: "SELECT (SELECT COUNT(*) FROM relay_members) AS members, (SELECT COUNT(*) FROM relay_leases) AS shards" },
      held,
    ],
  );
  if (counts === undefined) throw new Error("a SELECT without FROM returned no row");
  const fairShare = Math.ceil(counts.shards / Math.max(1, counts.members));
  const claimed = renewed.length < fairShare ? await take(fairShare - renewed.length) : renewed;
  return { held: claimed.map(({ shard }) => shard), surplus: Math.max(0, claimed.length - fairShare) };
};

type CountRow = RowDataPacket & { members: number; shards: number };
type ShardRow = RowDataPacket & { shard: number };

/** Releases shards at once, so that another relay need not wait until the lease expires. */
export const releaseShards = async (connection: PoolConnection, owner: string, shards: readonly number[]): Promise<void> => {
  if (shards.length === 0) return;
  await run(connection, "UPDATE relay_leases SET owner = NULL WHERE owner = ? AND shard IN (?)", [owner, shards]);
};

/** Releases every shard and removes the relay from the members, by which the others compute their fair share. */
export const leaveRelays = async (connection: PoolConnection, owner: string): Promise<void> => {
  await run(connection, "UPDATE relay_leases SET owner = NULL WHERE owner = ?", [owner]);
  await run(connection, "DELETE FROM relay_members WHERE owner = ?", [owner]);
};
