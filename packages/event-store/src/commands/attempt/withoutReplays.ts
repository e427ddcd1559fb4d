import type { DomainEvent } from "@cart/domain";
import type { DecidedBatch } from "../decidedBatch.ts";

/**
 * Drops rejections caused by a request's own earlier success: if another process has already executed the request,
 * its sender gets the stored answer. `answerReplays` sends that answer, and resolves to the entries without a stored answer.
 */
export const withoutReplays = async <Entry, State, Event extends DomainEvent>(
  decided: DecidedBatch<Entry, State, Event>,
  answerReplays: (batch: readonly Entry[]) => Promise<readonly Entry[]>,
): Promise<DecidedBatch<Entry, State, Event>> => {
  const rejected = decided.outcomes.filter(({ decision }) => decision.kind === "rejected").map(({ entry }) => entry);
  if (rejected.length === 0) return decided;
  const open = new Set(await answerReplays(rejected));
  return { ...decided, outcomes: decided.outcomes.filter(({ entry, decision }) => decision.kind === "accepted" || open.has(entry)) };
};
