import { claimShards, leaveRelays, releaseShards } from "@cart/event-store";
import { withConnection } from "@cart/mysql";
import { type Logger, startLoop } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";

export type ShardLeases = {
  /** The shards that may be published now. Empty once the lease could have ended, even if this process was paused meanwhile. */
  readonly held: () => readonly number[];
  /**
   * Hands over what is more than the fair share, if anything is, after `settle`: what
   * was published of these shards is marked then. Call it when nothing else is under way.
   */
  readonly releaseSurplus: (settle: () => Promise<void>) => Promise<void>;
  /** Stops renewing and releases every shard. */
  readonly stop: () => Promise<void>;
};

export type ShardLeasesOptions = {
  readonly pool: Pool;
  /** Unique for each start of a process: what a former life held is not this one's. */
  readonly owner: string;
  readonly leaseMs: number;
  /** Resolves when Kafka can be reached. */
  readonly assertReachable: () => Promise<void>;
  readonly logger: Logger;
};

/**
 * Keeps this relay's leases alive in the background, three times a lease. A failed
 * renewal is tried again. The first claim waits until Kafka was reached: one relay
 * with a wrong password, as in a bad upgrade, must not take shards from those that
 * publish. In an outage later on all relays are the same, and keep what they have.
 */
export const startShardLeases = ({ pool, owner, leaseMs, assertReachable, logger }: ShardLeasesOptions): ShardLeases => {
  const renewalMs = leaseMs / 3;
  let shards: readonly number[] = [];
  let surplus = 0;
  let admitted = false;
  /** By this process's monotonic clock, counted from before the statement was sent: never later than the database's. */
  let validUntil = 0;

  const renew = async (): Promise<void> => {
    if (!admitted) await assertReachable();
    admitted = true;
    const asked = performance.now();
    const claim = await withConnection(pool, (connection) => claimShards(connection, owner, leaseMs));
    if (claim.held.join() !== shards.join()) logger.info({ shards: claim.held }, "shards held");
    shards = claim.held;
    surplus = claim.surplus;
    validUntil = asked + leaseMs;
  };

  const renewing = startLoop({
    name: "the renewal of the shard leases",
    work: async () => {
      await renew();
      return renewalMs;
    },
    backoff: { base: renewalMs, max: renewalMs },
    logger,
  });

  return {
    held: () => (performance.now() < validUntil ? shards : []),
    releaseSurplus: async (settle) => {
      if (surplus === 0) return;
      await settle();
      const released = shards.slice(-surplus);
      shards = shards.slice(0, -surplus);
      surplus = 0;
      await withConnection(pool, (connection) => releaseShards(connection, owner, released));
      logger.info({ shards: released }, "shards handed over");
    },
    stop: async () => {
      await renewing.stop();
      validUntil = 0;
      try {
        await withConnection(pool, (connection) => leaveRelays(connection, owner));
      } catch (error) {
        logger.warn({ err: error }, "the shards could not be handed over; others take them when the lease ends");
      }
    },
  };
};
