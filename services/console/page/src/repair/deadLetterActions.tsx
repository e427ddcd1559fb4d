import type { Discarded, Retried } from "../api/types.ts";
import { formatNumber } from "../format/format.ts";
import type { Question } from "../parts/Confirm.tsx";
import { explainReason } from "./reasons.ts";
import { untilDone } from "./untilDone.ts";

/** Which messages an action is for. */
export type Choice = { readonly id: number } | { readonly aggregate_id: string } | { readonly reason: string };

const messages = (count: number): string => `${formatNumber(count)} ${count === 1 ? "message" : "messages"}`;

export const askToRetry = (choice: Choice, what: string): Question => ({
  title: `Retry ${what}?`,
  text: (
    <p>The messages are shown to shoppers again, in their order. If a message still cannot be shown, it and those behind it stay here.</p>
  ),
  action: "Retry",
  run: async (progress) => {
    const sum = { shown: 0, queues: 0, first: undefined as string | undefined };
    await untilDone("/api/dead-letter-retries", choice, (answer) => {
      const part = answer as Retried;
      const { projected, duplicates, failed, failed_queues } = part;
      sum.shown += projected + duplicates;
      sum.queues += failed_queues;
      sum.first ??= failed[0] === undefined ? undefined : explainReason(failed[0].reason_code).title;
      progress(`${messages(sum.shown)} done so far`);
      return part;
    });
    const done = `${messages(sum.shown)} ${sum.shown === 1 ? "is" : "are"} no longer stuck.`;
    return sum.queues === 0 ? done : `${done} ${formatNumber(sum.queues)} still cannot go on: ${sum.first ?? "see the list"}.`;
  },
});

export const askToDiscard = (choice: Choice, what: string): Question => ({
  title: `Discard ${what}?`,
  text: (
    <>
      <p>The messages are deleted for good. Discard only what is not a change of a cart.</p>
      <p>If a change is deleted, its cart stands still until it is rebuilt from the event store, which keeps every change.</p>
    </>
  ),
  action: "Discard",
  danger: true,
  run: async (progress) => {
    const sum = { discarded: 0, gaps: 0 };
    await untilDone("/api/dead-letter-discards", choice, (answer) => {
      const part = answer as Discarded;
      const { discarded, gaps } = part;
      sum.discarded += discarded;
      sum.gaps += gaps;
      progress(`${messages(sum.discarded)} deleted so far`);
      return part;
    });
    const done = `${messages(sum.discarded)} ${sum.discarded === 1 ? "is" : "are"} deleted.`;
    return sum.gaps === 0 ? done : `${done} Rebuild the carts that they belonged to: they may lack a change now.`;
  },
});
