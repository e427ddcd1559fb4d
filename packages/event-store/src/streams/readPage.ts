import type { ReadRows, Statement } from "@cart/mysql";
import type { EventRow } from "./streamEvents.ts";

/** Bounds of one page. A page has at least one event, even one larger than `maxBytes`, so that a reader always makes progress. */
export type PageLimits = {
  readonly maxEvents: number;
  /** Bytes of the events' data as the database stores it. */
  readonly maxBytes: number;
};

export type RowPage<Row extends EventRow> = {
  readonly rows: readonly Row[];
  /** Whether the statement has no further rows. */
  readonly isWhole: boolean;
};

/** Returns the first rows of a statement without `LIMIT`, in its order, within the limits. */
export const readPage = async <Row extends EventRow>(
  read: ReadRows,
  { sql, values = [] }: Statement,
  { maxEvents, maxBytes }: PageLimits,
): Promise<RowPage<Row>> => {
  let events = 0;
  let bytes = 0;
  let isWhole = true;
  const keepWhile = (row: Row): boolean => {
    events += 1;
    bytes += row.bytes;
    isWhole = events <= maxEvents && (events === 1 || bytes <= maxBytes);
    return isWhole;
  };
  // Select one more row than fits, to learn whether the statement has further rows.
  const rows = await read<Row>({ sql: `${sql} LIMIT ?`, values: [...values, maxEvents + 1] }, keepWhile);
  return { rows, isWhole };
};
