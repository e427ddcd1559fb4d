import { bytesToUuid } from "@cart/mysql";
import type { Projection } from "../projection/projection.ts";
import { type ColumnValue, columnsOf, type ProjectedTable, type Row, rowsIn, type TableRows } from "../projection/projectedTable.ts";

/** A difference of one aggregate. A version is 0 if the aggregate does not exist there. */
export type Difference = {
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  /**
   * - `MISSING`: only the event store has the aggregate;
   * - `BEHIND`: the read model has fewer events;
   * - `UNKNOWN`: only the read model has the aggregate;
   * - `AHEAD`: the read model has more events;
   * - `DIFFERENT`: both have the same events, but the content differs.
   */
  readonly difference: "MISSING" | "BEHIND" | "UNKNOWN" | "AHEAD" | "DIFFERENT";
  readonly version: number;
  readonly expected_version: number;
  /** The columns that differ, at most 20. Columns of an aggregate's further rows are prefixed with their table and key. */
  readonly columns: readonly { readonly column: string; readonly found: unknown; readonly expected: unknown }[];
};

type Compared = Pick<Projection, "aggregateType" | "tables">;

/** Compares the found rows of aggregates of one type with the expected ones. Returns the differences in the order of the ids. */
export const compareRows = (projection: Compared, found: TableRows, expected: TableRows): Difference[] => {
  const foundById = byAggregate(projection, found);
  const expectedById = byAggregate(projection, expected);
  const ids = [...new Set([...foundById.keys(), ...expectedById.keys()])].toSorted();
  return ids.flatMap((id) => compareOne(projection, id, foundById.get(id), expectedById.get(id)) ?? []);
};

/** The rows of one aggregate by `keyOf`, and its version. The version is 0 if only orphaned rows are left of it. */
type Aggregate = { version: number; readonly rows: Map<string, { readonly table: ProjectedTable; readonly row: Row }> };

const byAggregate = ({ tables: [first, ...others] }: Compared, rows: TableRows): Map<string, Aggregate> => {
  const aggregates = new Map<string, Aggregate>();
  for (const table of [first, ...others]) {
    const idIndex = columnsOf(table).indexOf(table.aggregateColumn);
    for (const row of rowsIn(rows, table)) {
      const id = uuidOf(row[idIndex]);
      let aggregate = aggregates.get(id);
      if (aggregate === undefined) aggregates.set(id, (aggregate = { version: 0, rows: new Map() }));
      if (table === first) aggregate.version = Number(row[columnsOf(first).indexOf("version")]);
      aggregate.rows.set(keyOf(table, row), { table, row });
    }
  }
  return aggregates;
};

const uuidOf = (id: ColumnValue | undefined): string => (Buffer.isBuffer(id) ? bytesToUuid(id) : "");

/** Returns the prefix of a row's columns in a difference. */
const keyOf = (table: ProjectedTable, row: Row): string =>
  table.rowColumn === undefined ? "" : `${table.name}.${String(row[columnsOf(table).indexOf(table.rowColumn)])}.`;

const compareOne = (
  { aggregateType }: Compared,
  id: string,
  found: Aggregate | undefined,
  expected: Aggregate | undefined,
): Difference | undefined => {
  const version = found?.version ?? 0;
  const expectedVersion = expected?.version ?? 0;
  const difference = (kind: Difference["difference"], columns: Difference["columns"] = []): Difference => ({
    aggregate_type: aggregateType,
    aggregate_id: id,
    difference: kind,
    version,
    expected_version: expectedVersion,
    columns,
  });
  if (found === undefined) return difference("MISSING");
  if (expected === undefined) return difference("UNKNOWN");
  if (version < expectedVersion) return difference("BEHIND");
  if (version > expectedVersion) return difference("AHEAD");

  const columns = [...new Set([...found.rows.keys(), ...expected.rows.keys()])].flatMap((key) =>
    differingColumns(key, found.rows.get(key), expected.rows.get(key)),
  );
  return columns.length === 0 ? undefined : difference("DIFFERENT", columns.slice(0, 20));
};

type KeyedRow = { readonly table: ProjectedTable; readonly row: Row };

const differingColumns = (prefix: string, found: KeyedRow | undefined, expected: KeyedRow | undefined): Difference["columns"] => {
  if (found === undefined || expected === undefined) {
    const saying = (one: KeyedRow | undefined): string => (one === undefined ? "no row" : "a row");
    return [{ column: `${prefix}*`, found: saying(found), expected: saying(expected) }];
  }
  return columnsOf(found.table).flatMap((name, index) => {
    const [a, b] = [shown(found.row[index]), shown(expected.row[index])];
    return a === b ? [] : [{ column: `${prefix}${name}`, found: a, expected: b }];
  });
};

const shown = (value: ColumnValue | undefined): string | number | null => {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return bytesToUuid(value);
  return value instanceof Date ? value.toISOString() : value;
};
