import type { ReadRows, Statement } from "@cart/mysql";
import type { EventRow } from "./streamEvents.ts";

/** Bounds of one page. The first event of a page is returned even if it alone has more bytes, so that a reader always gets on. */
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

/** The first rows of a statement without `LIMIT`, in its order, within the limits. */
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
  // One row more than fits tells whether there are any.
  const rows = await read<Row>({ sql: `${sql} LIMIT ?`, values: [...values, maxEvents + 1] }, keepWhile);
  return { rows, isWhole };
};
