import type { Logger } from "../logs/createLogger.ts";
import { type Loop, startLoop } from "./startLoop.ts";

export type PurgeOptions = {
  /** The subject of the log lines: "the purge of published rows". */
  readonly name: string;
  /** Deletes at most `limit` expired rows; resolves to the number of deleted rows. */
  readonly deleteExpired: (limit: number) => Promise<number>;
  /** Milliseconds between two rounds, if no expired row is left. */
  readonly intervalMs: number;
  readonly logger: Logger;
};

/** Rows of one transaction: few enough that other transactions do not wait long for their locks, and enough to clear a backlog soon. */
const batchRows = 1_000;

/** Milliseconds between two batches of a backlog, so that the main work on the table takes precedence. */
const betweenBatchesMs = 50;

/** Keeps a table small: deletes expired rows batch after batch while the batches are full, and then polls after the interval. */
export const startPurge = ({ name, deleteExpired, intervalMs, logger }: PurgeOptions): Loop =>
  startLoop({
    name,
    work: async () => ((await deleteExpired(batchRows)) < batchRows ? intervalMs : betweenBatchesMs),
    backoff: { baseMs: 1_000, maxMs: intervalMs },
    logger,
  });
