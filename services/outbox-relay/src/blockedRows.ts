import { setAsideBlocked } from "@cart/event-store";
import type { Logger } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";

export type BlockedRows = {
  /** Call it when a poll found blocked rows: the next call of `setAside` then looks for them. */
  readonly seen: () => void;
  /** Sets rows of the shards aside that wait behind a row that was given up, if it is time to look for them. */
  readonly setAside: (shards: readonly number[]) => Promise<void>;
};

export type BlockedRowsOptions = {
  readonly pool: Pool;
  /** Upper limit of the rows of a fetch: it does not step over blocked rows that stand farther behind. */
  readonly batchRows: number;
  readonly logger: Logger;
};

/** Stepping over this many rows takes MySQL less than a millisecond. A transaction sets up to 2,000 aside in some 50 ms. */
const limits = { minRows: 250, maxRows: 2_000 };

/** Milliseconds between two searches while an aggregate is blocked: in this time few rows gather behind it. */
const whileBlockedMs = 500;

/** Milliseconds between two searches otherwise. A poll that finds nothing but blocked rows shortens it. */
const otherwiseMs = 10_000;

/** Keeps rows that cannot be published out of the way of all others. Without them, blocked rows would cost every poll and fetch. */
export const createBlockedRows = ({ pool, batchRows, logger }: BlockedRowsOptions): BlockedRows => {
  const searchedRows = batchRows + limits.maxRows;
  let nextAt = 0;
  return {
    seen: () => {
      nextAt = Math.min(nextAt, performance.now() + whileBlockedMs);
    },
    setAside: async (shards) => {
      if (performance.now() < nextAt) return;
      const { anyBlocked, rows } = await setAsideBlocked(pool, shards, { ...limits, searchedRows });
      nextAt = rows < limits.maxRows ? performance.now() + (anyBlocked ? whileBlockedMs : otherwiseMs) : 0;
      if (rows > 0)
        logger.warn({ rows }, "rows were set aside that wait behind a row that was given up: `outbox-relay list-failed` names it");
    },
  };
};
