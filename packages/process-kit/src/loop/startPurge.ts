import type { Logger } from "../createLogger.ts";
import { type Loop, startLoop } from "./startLoop.ts";

export type PurgeOptions = {
  /** The subject of the log lines: "the purge of published rows". */
  readonly name: string;
  /** Deletes at most `limit` rows that are past their time; resolves to how many there were. */
  readonly deleteExpired: (limit: number) => Promise<number>;
  /** Between two rounds, when nothing more is to be deleted. */
  readonly intervalMs: number;
  readonly logger: Logger;
};

/** Rows of one transaction: few enough that nobody waits long for their locks, and many enough that a backlog is soon gone. */
const batchRows = 1_000;

/** Between two batches of a backlog, so that the work for which the table is there goes first. */
const betweenBatchesMs = 50;

/** Keeps a table small: deletes what has expired, batch after batch while a batch is full, and then looks again after the interval. */
export const startPurge = ({ name, deleteExpired, intervalMs, logger }: PurgeOptions): Loop =>
  startLoop({
    name,
    work: async () => ((await deleteExpired(batchRows)) < batchRows ? intervalMs : betweenBatchesMs),
    backoff: { base: 1_000, max: intervalMs },
    logger,
  });
