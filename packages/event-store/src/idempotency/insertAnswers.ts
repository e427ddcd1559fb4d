import { type Statement, uuidToBytes } from "@cart/mysql";
import type { StoredAnswer } from "./storedAnswer.ts";

/** Fails with a duplicate key (1062) if a command with one of these keys has been committed, even by another process after our look-up. */
export const insertAnswers = (answers: readonly StoredAnswer[]): Statement => ({
  sql: "INSERT INTO idempotency_keys (aggregate_id, aggregate_type, idempotency_key, request_hash, version, answer) VALUES ?",
  values: [answers.map((a) => [uuidToBytes(a.aggregateId), a.aggregateType, a.key, a.requestHash, a.version, a.answer])],
});
