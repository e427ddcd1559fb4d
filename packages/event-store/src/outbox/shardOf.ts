import { crc32 } from "node:zlib";

/** How many parts the outbox has. Fixed: a stored row keeps its shard, and `relay_leases` has a row for each. */
export const shardCount = 16;

/** The part of the outbox that holds all rows of this aggregate, and so publishes them in order. */
export const shardOf = (aggregateId: Buffer): number => crc32(aggregateId) % shardCount;
