/** As in the database: ids are bytes, times and days are dates. */
export type ColumnValue = Buffer | string | number | Date | null;

/** How a column's values look as text, where rows are compared. */
export type ColumnKind = "bytes" | "time" | "text";

/** A table that one projection alone writes: a rebuild can make it anew, and `verify` compare it. */
export type ProjectedTable = {
  readonly name: string;
  /** In the order in which rows have their values. */
  readonly columns: Readonly<Record<string, ColumnKind>>;
  /** The aggregate whose row it is. */
  readonly aggregateColumn: string;
  /** What tells the rows of one aggregate apart; without it an aggregate has one row. */
  readonly rowColumn?: string;
};

export type Row = readonly ColumnValue[];

/** Rows by the name of their table. */
export type TableRows = Readonly<Record<string, readonly Row[]>>;

export const columnsOf = ({ columns }: ProjectedTable): string[] => Object.keys(columns);

export const rowsIn = (rows: TableRows, { name }: ProjectedTable): readonly Row[] => rows[name] ?? [];
