/** Bounds of one page of rows. A page has at least one row, even one larger than `maxBytes`, so that a reader always makes progress. */
export type RowLimits = { readonly maxRows: number; readonly maxBytes: number };

/** A page of a statement that selects the size of each row as `bytes`. It can be read once. */
export type RowPage = {
  /** The value of the statement's `LIMIT`: one more row than fits, to learn whether the statement has further rows. */
  readonly limit: number;
  /** Whether to keep the next row. */
  readonly keepWhile: (row: { readonly bytes: number }) => boolean;
  /** Whether the statement has no further rows than the kept ones. */
  readonly isWhole: () => boolean;
};

export const rowPage = ({ maxRows, maxBytes }: RowLimits): RowPage => {
  let rows = 0;
  let bytes = 0;
  let isWhole = true;
  return {
    limit: maxRows + 1,
    keepWhile: (row) => {
      rows += 1;
      bytes += row.bytes;
      isWhole = rows <= maxRows && (rows === 1 || bytes <= maxBytes);
      return isWhole;
    },
    isWhole: () => isWhole,
  };
};

/** How many times more rows are asked for after a page into which all of them fit. */
const growth = 4;

/**
 * Returns how many rows to ask for next. The server sends every row that it is asked for, also those that do not fit into a
 * page, so a reader asks for few more than have fitted.
 */
export const nextMaxRows = (asked: number, fitting: number, most: number): number =>
  fitting < asked ? fitting + 1 : Math.min(asked * growth, most);
