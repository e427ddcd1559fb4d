import { crc32 } from "node:zlib";

/** The number of shards of the outbox. It must not change: a stored row keeps its shard, and `relay_leases` has a row for each shard. */
export const shardCount = 16;

/** Returns the shard that holds all rows of this aggregate, so that one relay publishes them in order. */
export const shardOf = (aggregateId: Buffer): number => crc32(aggregateId) % shardCount;
