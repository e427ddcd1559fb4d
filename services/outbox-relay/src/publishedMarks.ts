import type { PublishedRow } from "@cart/event-store";

export type PublishedMarks = {
  /** Ids of rows that Kafka has acknowledged but MySQL may not have marked. They must not be sent again. */
  readonly unmarked: () => readonly number[];
  /** Adds rows that Kafka has acknowledged. One of the calls below marks them. */
  readonly add: (rows: readonly PublishedRow[]) => void;
  /** Begins to mark the waiting rows if they are a full batch or have waited long enough. Does not wait for the statement. */
  readonly markDue: () => void;
  /** Resolves when further rows may be published: few statements are in flight, and none has failed. */
  readonly room: () => Promise<void>;
  /** Resolves when every row is marked. If it rejects, the unmarked rows are kept, and the next call tries to mark them again. */
  readonly settle: () => Promise<void>;
};

export type PublishedMarksOptions = {
  readonly mark: (rows: readonly PublishedRow[]) => Promise<void>;
  /** Number of rows that makes a full batch, which is marked at once. */
  readonly batchRows: number;
};

/**
 * Milliseconds that a published row waits for other rows to be marked in the same transaction.
 * If the relay is killed meanwhile, the row is published twice, and consumers skip the second message.
 */
export const longestUnmarkedMs = 20;

/** Statements in flight at once: while one waits for the disk, the other works. */
const maxInFlight = 2;

/** Gathers rows that Kafka has acknowledged, so that under light load not every event costs a transaction for its mark. */
export const createPublishedMarks = ({ mark, batchRows }: PublishedMarksOptions): PublishedMarks => {
  let waiting: readonly PublishedRow[] = [];
  let waitingSince = 0;
  const inFlight = new Map<Promise<void>, readonly PublishedRow[]>();
  /** Errors of statements since the last call of `settle`. */
  let errors: unknown[] = [];

  const begin = (): void => {
    const rows = waiting;
    waiting = [];
    const marking: Promise<void> = mark(rows)
      .catch((error: unknown) => {
        waiting = [...rows, ...waiting];
        errors.push(error);
      })
      .finally(() => inFlight.delete(marking));
    inFlight.set(marking, rows);
  };

  const settle = async (): Promise<void> => {
    errors = [];
    if (waiting.length > 0) begin();
    await Promise.all(inFlight.keys());
    if (errors.length > 0) throw errors[0];
  };

  return {
    unmarked: () => [...waiting, ...[...inFlight.values()].flat()].map(({ id }) => id),
    add: (rows) => {
      if (waiting.length === 0) waitingSince = performance.now();
      waiting = [...waiting, ...rows];
    },
    markDue: () => {
      if (waiting.length === 0 || errors.length > 0) return;
      if (waiting.length >= batchRows || performance.now() - waitingSince >= longestUnmarkedMs) begin();
    },
    room: async () => {
      if (errors.length > 0) await settle();
      while (inFlight.size >= maxInFlight) await Promise.race(inFlight.keys());
    },
    settle,
  };
};
