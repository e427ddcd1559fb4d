import { setImmediate as immediate } from "node:timers/promises";
import { CommandFailedError } from "../commandErrors.ts";
import { createStreamQueue } from "./streamQueue.ts";

export type Lanes<Entry> = {
  /** Queues the entry. Throws like `requireRoom` if too many entries are waiting. */
  readonly submit: (entry: Entry) => void;
  /** Throws a `CommandFailedError`: `STOPPING` after `stop`, and `OVERLOADED` if `waiting` has reached `maxWaitingCommands`. */
  readonly requireRoom: (waiting: number) => void;
  /** Refuses further entries. Resolves when every accepted entry is committed. */
  readonly stop: () => Promise<void>;
};

export type LanesOptions<Entry> = {
  /** Returns the streams on which no other batch may work while the entry is committed. */
  readonly streamIdsOf: (entry: Entry) => readonly string[];
  /** Commits the entries of one batch, and answers each entry whatever happens. It never rejects. */
  readonly commit: (batch: readonly Entry[]) => Promise<void>;
  /** Upper limit of entries in one transaction. */
  readonly maxBatchCommands: number;
  /** Upper limit of concurrent transactions. */
  readonly maxTransactions: number;
  /** Upper limit of waiting entries. */
  readonly maxWaitingCommands: number;
};

/**
 * Forms batches of the waiting entries, and commits at most `maxTransactions` of them
 * at a time, on different streams. Entries on one stream are committed in the order of
 * their arrival.
 */
export const createLanes = <Entry>({
  streamIdsOf,
  commit,
  maxBatchCommands,
  maxTransactions,
  maxWaitingCommands,
}: LanesOptions<Entry>): Lanes<Entry> => {
  const queue = createStreamQueue(streamIdsOf);
  const transactions = new Set<Promise<void>>();
  let starting = false;
  let stopping = false;

  const requireRoom = (waiting: number): void => {
    if (stopping) throw new CommandFailedError("STOPPING", "this process is shutting down");
    if (waiting >= maxWaitingCommands) throw new CommandFailedError("OVERLOADED", `${maxWaitingCommands} commands are waiting already`);
  };

  const submit = (entry: Entry): void => {
    requireRoom(queue.length());
    queue.add(entry);
    // An entry whose stream is busy goes into the transaction after the current one on that stream.
    if (queue.isFree(entry)) startSoon();
  };

  /** Starts transactions at the end of this turn of the event loop, so that all entries that arrive in the turn share a transaction. */
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
      const batch = queue.take(maxBatchCommands, share);
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
