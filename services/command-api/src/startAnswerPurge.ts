import { purgeAnswers } from "@cart/event-store";
import { withConnection } from "@cart/mysql";
import { type Logger, type Loop, startPurge } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";

export type AnswerPurgeOptions = { readonly pool: Pool; readonly retentionMs: number; readonly logger: Logger };

/** Deletes the answers to requests with an Idempotency-Key when their time is over. Every process does it, because it is safe and cheap. */
export const startAnswerPurge = ({ pool, retentionMs, logger }: AnswerPurgeOptions): Loop =>
  startPurge({
    name: "the purge of idempotency keys",
    deleteExpired: (limit) => withConnection(pool, (connection) => purgeAnswers(connection, retentionMs, limit)),
    intervalMs: 60_000,
    logger,
  });
