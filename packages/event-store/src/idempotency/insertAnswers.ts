import { type Statement, uuidToBytes } from "@cart/mysql";
import type { StoredAnswer } from "./storedAnswer.ts";

/** Fails with a duplicate key (1062) when a command with one of the keys was committed, also by another process since it was looked up. */
export const insertAnswers = (answers: readonly StoredAnswer[]): Statement => ({
  sql: "INSERT INTO idempotency_keys (aggregate_id, aggregate_type, idempotency_key, request_hash, version, answer) VALUES ?",
  values: [answers.map((a) => [uuidToBytes(a.aggregateId), a.aggregateType, a.key, a.requestHash, a.version, a.answer])],
});
