import { type ReadRows, rowPage, type RowPage as BoundedPage, type Statement } from "@cart/mysql";
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

/** A page that is not read yet. It can be read once. */
export type PlannedPage = Pick<BoundedPage, "keepWhile" | "isWhole"> & { readonly statement: Statement };

/** Plans the first rows of a statement without `LIMIT`, in its order, within the limits. */
export const planPage = ({ sql, values = [] }: Statement, { maxEvents, maxBytes }: PageLimits): PlannedPage => {
  const { limit, ...page } = rowPage({ maxRows: maxEvents, maxBytes });
  return { ...page, statement: { sql: `${sql} LIMIT ?`, values: [...values, limit] } };
};

/** Returns the first rows of a statement without `LIMIT`, in its order, within the limits. */
export const readPage = async <Row extends EventRow>(read: ReadRows, select: Statement, limits: PageLimits): Promise<RowPage<Row>> => {
  const { statement, keepWhile, isWhole } = planPage(select, limits);
  const rows = await read<Row>(statement, keepWhile);
  return { rows, isWhole: isWhole() };
};
