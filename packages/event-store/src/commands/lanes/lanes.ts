import { setImmediate as immediate } from "node:timers/promises";
import { CommandFailedError } from "../commandErrors.ts";
import { createStreamQueue } from "./streamQueue.ts";

export type Lanes<Entry> = {
  /** Queues the entry. Throws as `requireRoom` does for the entries that are waiting. */
  readonly submit: (entry: Entry) => void;
  /** Throws `CommandFailedError`: `STOPPING` after `stop`, and `OVERLOADED` when this many are as many as may wait. */
  readonly requireRoom: (waiting: number) => void;
  /** Takes no more entries. Resolves when every entry that was taken is committed. */
  readonly stop: () => Promise<void>;
};

export type LanesOptions<Entry> = {
  /** The streams that the entry needs to itself while it is committed. */
  readonly streamIdsOf: (entry: Entry) => readonly string[];
  /** Commits the entries of one batch, and answers each of them whatever happens: it never rejects. */
  readonly commit: (batch: readonly Entry[]) => Promise<void>;
  /** Most entries in one transaction. */
  readonly maxBatch: number;
  /** Most transactions at the same time. */
  readonly maxTransactions: number;
  /** Most entries that wait. */
  readonly maxWaiting: number;
};

/**
 * Forms batches of the entries that wait, and has at most `maxTransactions` of them
 * committed at the same time, on different streams. Entries on one stream are committed
 * in the order of their arrival.
 */
export const createLanes = <Entry>({ streamIdsOf, commit, maxBatch, maxTransactions, maxWaiting }: LanesOptions<Entry>): Lanes<Entry> => {
  const queue = createStreamQueue(streamIdsOf);
  const transactions = new Set<Promise<void>>();
  let starting = false;
  let stopping = false;

  const requireRoom = (waiting: number): void => {
    if (stopping) throw new CommandFailedError("STOPPING", "this process is shutting down");
    if (waiting >= maxWaiting) throw new CommandFailedError("OVERLOADED", `${maxWaiting} commands are waiting already`);
  };

  const submit = (entry: Entry): void => {
    requireRoom(queue.length());
    queue.add(entry);
    // An entry that waits for a stream goes with the transaction after the one that has the stream.
    if (queue.isFree(entry)) startSoon();
  };

  /** At the end of this turn of the event loop, so that all entries that arrive in it share a transaction. */
  const startSoon = (): void => {
    if (starting || transactions.size === maxTransactions) return;
    starting = true;
    setImmediate(() => {
      starting = false;
      startTransactions();
    });
  };

  const startTransactions = (): void => {
    while (transactions.size < maxTransactions) {
      // Take only its share, so that one batch is decided while MySQL works on the other.
      const share = Math.ceil((queue.length() + queue.taken()) / maxTransactions);
      const batch = queue.take(maxBatch, share);
      if (batch.length === 0) return;
      const transaction = commit(batch).finally(() => {
        queue.release(batch);
        transactions.delete(transaction);
        startSoon();
      });
      transactions.add(transaction);
    }
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    do {
      await immediate();
      await Promise.all(transactions);
    } while (queue.length() > 0 || transactions.size > 0);
  };

  return { submit, requireRoom, stop };
};
