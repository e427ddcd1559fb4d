import { withConnection } from "@cart/mysql";
import { type Logger, type Loop, startPurge } from "@cart/process-kit";
import { purgeDeadLetters } from "@cart/read-model";
import type { Pool } from "mysql2/promise";

export type DeadLetterPurgeOptions = { readonly pool: Pool; readonly retentionMs: number; readonly logger: Logger };

/** Deletes dead letters when their time is over. Every projector does it, because it is safe and cheap. */
export const startDeadLetterPurge = ({ pool, retentionMs, logger }: DeadLetterPurgeOptions): Loop =>
  startPurge({
    name: "the purge of dead letters",
    deleteExpired: (limit) => withConnection(pool, (connection) => purgeDeadLetters(connection, retentionMs, limit)),
    intervalMs: 3_600_000,
    logger,
  });
