/** A value as mysql2 returns it: ids are bytes, times and days are dates. */
export type ColumnValue = Buffer | string | number | Date | null;

/** How a column's values are written as text when rows are compared. */
export type ColumnKind = "bytes" | "time" | "text";

/** A table that only one projection writes, so that a rebuild can fill it from the events and `verify` can compare it. */
export type ProjectedTable = {
  readonly name: string;
  /** The columns, in the order of the values in a `Row`. */
  readonly columns: Readonly<Record<string, ColumnKind>>;
  /** The column with the id of the aggregate that the row belongs to. */
  readonly aggregateColumn: string;
  /** The column that distinguishes the rows of one aggregate. Without it an aggregate has one row. */
  readonly rowColumn?: string;
};

export type Row = readonly ColumnValue[];

/** Rows by the name of their table. */
export type TableRows = Readonly<Record<string, readonly Row[]>>;

export const columnsOf = ({ columns }: ProjectedTable): string[] => Object.keys(columns);

export const rowsIn = (rows: TableRows, { name }: ProjectedTable): readonly Row[] => rows[name] ?? [];
