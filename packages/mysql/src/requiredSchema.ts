import type { Pool, RowDataPacket } from "mysql2/promise";

/** What a program needs of its database: the columns of each table, and the procedures that it calls. */
export type RequiredSchema = {
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly procedures?: readonly string[];
};

/** Runs one statement, as `pool.query` and its like do. */
export type RunQuery = <Row extends RowDataPacket>(sql: string, values: readonly unknown[]) => Promise<readonly Row[]>;

/** Statements on the pool, for a check that is waited for 2 s. */
export const queryOf =
  (pool: Pool): RunQuery =>
  async <Row extends RowDataPacket>(sql: string, values: readonly unknown[]) =>
    (await pool.query<Row[]>({ sql, values: [...values], timeout: 2_000 }))[0];

/**
 * A readiness check: rejects, naming all that is missing, unless the database has what
 * is required, and the user may use it: information_schema shows a user nothing else.
 * More than that may be there, so a program stays ready when the schema is of a newer
 * release.
 *
 * It asks each time. An answer that is kept would hide a table that is dropped later,
 * as by a migration that is reverted, and one statement on the data dictionary costs
 * less than the request that asks for it.
 */
export const createSchemaCheck =
  (query: RunQuery, required: RequiredSchema): (() => Promise<void>) =>
  async () => {
    const missing = missingOf(required, await query<PresentRow>(presentQuery, valuesOf(required)));
    if (missing.length > 0) throw new Error(`missing: ${missing.join(", ")}; apply the migrations and the grants of the service's user`);
  };

type PresentRow = RowDataPacket & { readonly kind: "column" | "procedure"; readonly name: string; readonly detail: string };

const presentQuery = `
  SELECT 'column' AS kind, TABLE_NAME AS name, COLUMN_NAME AS detail
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (?)
  UNION ALL
  SELECT 'procedure', ROUTINE_NAME, ''
  FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_TYPE = 'PROCEDURE' AND ROUTINE_NAME IN (?)`;

/** A list must not be empty, and '' is the name of nothing. */
const valuesOf = ({ tables, procedures = [] }: RequiredSchema): readonly (readonly string[])[] => [
  ["", ...Object.keys(tables)],
  ["", ...procedures],
];

const missingOf = ({ tables, procedures = [] }: RequiredSchema, rows: readonly PresentRow[]): string[] => {
  const columns = new Set(rows.filter(({ kind }) => kind === "column").map(({ name, detail }) => `${name}.${detail}`));
  const tableNames = new Set(rows.filter(({ kind }) => kind === "column").map(({ name }) => name));
  const procedureNames = new Set(rows.filter(({ kind }) => kind === "procedure").map(({ name }) => name));
  const ofTables = Object.entries(tables).flatMap(([table, needed]) => {
    if (!tableNames.has(table)) return [`table ${table}`];
    return needed.filter((column) => !columns.has(`${table}.${column}`)).map((column) => `column ${table}.${column}`);
  });
  return [...ofTables, ...procedures.filter((name) => !procedureNames.has(name)).map((name) => `procedure ${name}`)];
};
