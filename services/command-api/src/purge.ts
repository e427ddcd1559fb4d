import { purgeAnswers } from "@cart/event-store";
import { withConnection } from "@cart/mysql";
import { abortableDelay, type Logger } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";

export type PurgeOptions = { readonly pool: Pool; readonly retentionMs: number; readonly logger: Logger };

const batch = 1_000;
/** Milliseconds between two batches while there is more to delete, so that appends go first. */
const betweenBatches = 50;
const betweenRounds = 60_000;

/** Deletes the answers to requests with an idempotency key when their time is over. Every process does it, as it is safe and cheap. */
export const startPurge = ({ pool, retentionMs, logger }: PurgeOptions): { readonly stop: () => Promise<void> } => {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      let deleted = 0;
      try {
        deleted = await withConnection(pool, (connection) => purgeAnswers(connection, retentionMs, batch));
      } catch (error) {
        logger.warn({ err: error }, "old idempotency keys could not be purged; it is tried again");
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
