import { setTimeout as delay } from "node:timers/promises";
import { StreamsTooLargeError } from "../../streams/streamsTooLargeError.ts";
import { failureKindOf, toCommandError } from "./failureKind.ts";

/** The figures of one transaction, for metrics. */
export type CommittedBatch = { readonly commands: number; readonly events: number; readonly attempts: number; readonly seconds: number };

export type RetriesOptions<Entry> = {
  /** Tries once to decide and store the batch; attempts count from 1. It answers every entry and resolves to the number of events, or it rejects. */
  readonly commitOnce: (batch: readonly Entry[], attempt: number) => Promise<number>;
  /** Answers the entries whose idempotency key has a stored answer by now; resolves to the remaining entries. */
  readonly answerReplays: (batch: readonly Entry[]) => Promise<readonly Entry[]>;
  /** Attempts of a batch while other writers are faster. */
  readonly maxAttempts: number;
  readonly onCommit?: ((batch: CommittedBatch) => void) | undefined;
  readonly onConflict?: (() => void) | undefined;
  /** For specs: waits this many milliseconds. */
  readonly pause?: (ms: number) => Promise<unknown>;
};

/** Attempts of a batch while the database does not answer. A second attempt helps if only the connection was broken. */
const attemptsWithoutDatabase = 2;

/**
 * Upper limit of the random pause before the second attempt, in milliseconds; the n-th attempt waits up to n - 1 times
 * as long. Without the pause two processes keep colliding.
 */
const jitterMs = 5;

/**
 * Returns a function that commits a batch with retries, and answers every entry whatever happens. After
 * a conflict it tries up to `maxAttempts` times. A batch that needs too much memory is committed in parts, in order. A fault may come from one entry alone, so the entries
 * are then committed one by one, and only the entry at fault fails.
 */
export const createRetries = <Entry extends { readonly reject: (error: unknown) => void }>({
  commitOnce,
  answerReplays,
  maxAttempts,
  onCommit,
  onConflict,
  pause = delay,
}: RetriesOptions<Entry>): ((batch: readonly Entry[]) => Promise<void>) => {
  const isWorthRetrying = (error: unknown, attempt: number): boolean => {
    const kind = failureKindOf(error);
    return (kind === "conflict" && attempt < maxAttempts) || (kind === "unavailable" && attempt < attemptsWithoutDatabase);
  };

  /** Entries that are committed at once. It shrinks when a batch needs too much memory, and grows while batches fit. */
  let maxEntries = Infinity;

  const inParts = async (batch: readonly Entry[], size: number): Promise<void> => {
    for (let begin = 0; begin < batch.length; begin += size) await commitPart(batch.slice(begin, begin + size));
  };

  const giveUp = async (batch: readonly Entry[], error: unknown): Promise<void> => {
    const size = partSize(batch.length, error);
    if (error instanceof StreamsTooLargeError) maxEntries = size;
    if (size < batch.length) return inParts(batch, size);
    for (const { reject } of batch) reject(toCommandError(error));
  };

  const commitPart = async (batch: readonly Entry[]): Promise<void> => {
    const started = performance.now();
    let open = batch;
    for (let attempt = 1; ; attempt += 1) {
      let events: number;
      try {
        // The last attempt may have failed because another process stored an answer for one of the keys after our look-up.
        if (attempt > 1) open = await answerReplays(open);
        if (open.length === 0) return;
        events = await commitOnce(open, attempt);
      } catch (error) {
        if (failureKindOf(error) === "conflict") onConflict?.();
        if (!isWorthRetrying(error, attempt)) return giveUp(open, error);
        await pause(Math.random() * jitterMs * attempt);
        continue;
      }
      onCommit?.({ commands: open.length, events, attempts: attempt, seconds: (performance.now() - started) / 1000 });
      return;
    }
  };

  return async (batch) => {
    const entries = maxEntries;
    await inParts(batch, Math.min(batch.length, entries));
    if (maxEntries === entries && batch.length >= entries) maxEntries = 2 * entries;
  };
};

/** Returns how many entries of a failed batch are committed at once when it is committed in parts; all of them if that does not help. */
const partSize = (entries: number, error: unknown): number => {
  if (error instanceof StreamsTooLargeError) return Math.max(1, Math.min(error.fitting, Math.floor(entries / 2)));
  return failureKindOf(error) === "fault" ? 1 : entries;
};
