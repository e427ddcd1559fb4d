import { purgePublished } from "@cart/event-store";
import { withConnection } from "@cart/mysql";
import { abortableDelay, type Logger } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";
import type { ShardLeases } from "./leases/shardLeases.ts";

export type PurgeOptions = { readonly pool: Pool; readonly leases: ShardLeases; readonly retentionMs: number; readonly logger: Logger };

const batch = 1_000;
/** Milliseconds between two batches while there is more to delete, so that appends and the relay go first. */
const betweenBatches = 50;
const betweenRounds = 5_000;

/** Keeps the outbox small. Only the relay that holds the first shard does it. */
export const startPurge = ({ pool, leases, retentionMs, logger }: PurgeOptions): { readonly stop: () => Promise<void> } => {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      let deleted = 0;
      try {
        if (leases.held().includes(0)) deleted = await withConnection(pool, (connection) => purgePublished(connection, retentionMs, batch));
      } catch (error) {
        logger.warn({ err: error }, "published rows could not be purged; it is tried again");
      }
      await abortableDelay(deleted === batch ? betweenBatches : betweenRounds, stopping.signal);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
