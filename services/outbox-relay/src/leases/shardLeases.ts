import { claimShards, leaveRelays, releaseShards } from "@cart/event-store";
import { withConnection } from "@cart/mysql";
import { type Logger, startLoop } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";

export type ShardLeases = {
  /** The shards that may be published now. Empty as soon as the lease could have expired, even if this process was paused. */
  readonly held: () => readonly number[];
  /**
   * Releases the shards beyond the fair share, if there are any, after `settle`, so that every
   * published row of these shards is marked. Call it when no other work is in flight.
   */
  readonly releaseSurplus: (settle: () => Promise<void>) => Promise<void>;
  /** Rejects with the reason why the relay may not take shards: `assertReachable` has not resolved yet. */
  readonly assertAdmitted: () => Promise<void>;
  /** Stops renewing and releases every shard. */
  readonly stop: () => Promise<void>;
};

export type ShardLeasesOptions = {
  readonly pool: Pool;
  /** Unique for each start of a process, because a new process must not use the leases of the one before it. */
  readonly owner: string;
  readonly leaseMs: number;
  /** Resolves when Kafka can be reached and the topics are this system's. */
  readonly assertReachable: () => Promise<void>;
  readonly logger: Logger;
};

/**
 * Renews this relay's leases in the background, three times per lease period, and retries a
 * failed renewal. The first claim waits until Kafka has been reached: a relay with a wrong
 * password, as in a bad upgrade, must not take shards from relays that can publish. A later
 * outage of Kafka affects all relays alike, so they keep their shards.
 */
export const startShardLeases = ({ pool, owner, leaseMs, assertReachable, logger }: ShardLeasesOptions): ShardLeases => {
  const renewalMs = leaseMs / 3;
  let shards: readonly number[] = [];
  let surplus = 0;
  let admitted = false;
  let refusal: Error | undefined;
  /** Time of this process's monotonic clock, counted from before the statement was sent, so never later than the database's expiry. */
  let validUntil = 0;

  const renew = async (): Promise<void> => {
    if (!admitted) {
      await assertReachable().catch((error: unknown) => {
        refusal = error instanceof Error ? error : new Error(String(error));
        throw error;
      });
    }
    admitted = true;
    const sentAt = performance.now();
    const claim = await withConnection(pool, (connection) => claimShards(connection, owner, leaseMs));
    if (claim.held.join() !== shards.join()) logger.info({ shards: claim.held }, "shards held");
    shards = claim.held;
    surplus = claim.surplus;
    validUntil = sentAt + leaseMs;
  };

  const renewing = startLoop({
    name: "the renewal of the shard leases",
    work: async () => {
      await renew();
      return renewalMs;
    },
    backoff: { baseMs: renewalMs, maxMs: renewalMs },
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
      logger.info({ shards: released }, "shards released");
    },
    assertAdmitted: async () => {
      if (!admitted && refusal !== undefined) throw refusal;
    },
    stop: async () => {
      await renewing.stop();
      validUntil = 0;
      try {
        await withConnection(pool, (connection) => leaveRelays(connection, owner));
      } catch (error) {
        logger.warn({ err: error }, "the shards could not be released; other relays take them when the lease expires");
      }
    },
  };
};
