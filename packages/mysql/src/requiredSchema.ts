import type { Pool, RowDataPacket } from "mysql2/promise";
import { run } from "./run.ts";
import { withConnection } from "./transaction.ts";

/** The parts of a database that a program uses: the columns of each table, and the procedures. */
export type RequiredSchema = {
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly procedures?: readonly string[];
};

/** Runs one statement and resolves to its rows. */
export type RunQuery = <Row extends RowDataPacket>(sql: string, values: readonly unknown[]) => Promise<readonly Row[]>;

/** Returns a function that runs statements on the pool, for a check whose caller waits 2 s. */
export const queryOf =
  (pool: Pool): RunQuery =>
  <Row extends RowDataPacket>(sql: string, values: readonly unknown[]) =>
    withConnection(pool, (connection) => run<Row[]>(connection, sql, values, checkTimeoutMs));

const checkTimeoutMs = 2_000;

/**
 * Creates a readiness check. It rejects, and names everything that is missing, unless the
 * database has the required schema and the user may use it: information_schema shows a
 * user only what it may use. Additional tables and columns are allowed, so a program
 * stays ready after the migrations of a newer release.
 *
 * The check queries the database each time. A cached answer would hide a table that is
 * dropped later, for example by a reverted migration, and one statement on the data
 * dictionary costs less than the request for it.
 */
export const createSchemaCheck =
  (query: RunQuery, required: RequiredSchema): (() => Promise<void>) =>
  async () => {
    const missing = missingOf(required, await query<PresentRow>(presentQuery, valuesOf(required)));
    if (missing.length > 0) throw new MissingSchemaError(missing);
  };

class MissingSchemaError extends Error {
  override readonly name = "MissingSchemaError";
  /** What a readiness probe may show of this error: names of tables, columns and procedures. */
  readonly shownReason: string;

  constructor(missing: readonly string[]) {
    const reason = `missing: ${missing.join(", ")}; apply the migrations and the grants of the service's user`;
    super(reason);
    this.shownReason = reason;
  }
}

type PresentRow = RowDataPacket & { readonly kind: "column" | "procedure"; readonly name: string; readonly detail: string };

const presentQuery = `
  SELECT 'column' AS kind, TABLE_NAME AS name, COLUMN_NAME AS detail
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (?)
  UNION ALL
  SELECT 'procedure', ROUTINE_NAME, ''
  FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_TYPE = 'PROCEDURE' AND ROUTINE_NAME IN (?)`;

/** `IN ()` is invalid, so each list starts with '', which names no table or procedure. */
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
