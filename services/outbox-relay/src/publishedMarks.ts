import type { OutboxRow } from "@cart/event-store";

export type PublishedMarks = {
  /** Ids of rows that Kafka has and MySQL may not know of: they are not to be sent again. */
  readonly unmarked: () => readonly number[];
  /** Rows that Kafka has acknowledged. They are marked by one of the calls below. */
  readonly add: (rows: readonly OutboxRow[]) => void;
  /** Begins to mark what has waited long enough or is a batch, beside whatever else goes on. */
  readonly markDue: () => void;
  /** Resolves when there is room for more rows: few are under way, and MySQL takes them. */
  readonly room: () => Promise<void>;
  /** Resolves when all is marked. Rejects when it could not be; what was not is still there, and tried by the next call. */
  readonly settle: () => Promise<void>;
};

export type PublishedMarksOptions = {
  readonly mark: (rows: readonly OutboxRow[]) => Promise<void>;
  /** Rows after which a batch does not wait for more. */
  readonly batchRows: number;
};

/**
 * Milliseconds that a mark waits for others to share its transaction. A relay that is
 * killed before that leaves rows that are published twice, which consumers skip.
 */
export const longestUnmarked = 20;

/** Statements at once: while one waits for the disk, the other one works. */
const maxUnderWay = 2;

/** Gathers what Kafka has acknowledged, so that under light load a mark is not a transaction for each event. */
export const createPublishedMarks = ({ mark, batchRows }: PublishedMarksOptions): PublishedMarks => {
  let waiting: readonly OutboxRow[] = [];
  let waitingSince = 0;
  const underWay = new Map<Promise<void>, readonly OutboxRow[]>();
  /** Of statements since the last call of `settle`. */
  let errors: unknown[] = [];

  const begin = (): void => {
    const rows = waiting;
    waiting = [];
    const marking: Promise<void> = mark(rows)
      .catch((error: unknown) => {
        waiting = [...rows, ...waiting];
        errors.push(error);
      })
      .finally(() => underWay.delete(marking));
    underWay.set(marking, rows);
  };

  const settle = async (): Promise<void> => {
    errors = [];
    if (waiting.length > 0) begin();
    await Promise.all(underWay.keys());
    if (errors.length > 0) throw errors[0];
  };

  return {
    unmarked: () => [...waiting, ...[...underWay.values()].flat()].map(({ id }) => id),
    add: (rows) => {
      if (waiting.length === 0) waitingSince = performance.now();
      waiting = [...waiting, ...rows];
    },
    markDue: () => {
      if (waiting.length === 0 || errors.length > 0) return;
      if (waiting.length >= batchRows || performance.now() - waitingSince >= longestUnmarked) begin();
    },
    room: async () => {
      if (errors.length > 0) await settle();
      while (underWay.size >= maxUnderWay) await Promise.race(underWay.keys());
    },
    settle,
  };
};
