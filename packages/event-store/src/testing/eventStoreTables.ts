import { bytesToUuid, uuidToBytes } from "@cart/mysql";
import type { Pool, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { shardOf } from "../outbox/shardOf.ts";

/** Column names with their values. Ids are UUIDs as text or bytes; JSON columns also take objects. */
export type Columns = Readonly<Record<string, unknown>>;

export type TestTable = {
  /** Returns the rows with these values, in the order of their insertion. Ids are UUIDs as text. */
  readonly rows: (where?: Columns) => Promise<Record<string, unknown>[]>;
  readonly count: (where?: Columns) => Promise<number>;
  /** Whether a row has these values. The statement reads at most one row. */
  readonly has: (where?: Columns) => Promise<boolean>;
  /** Returns the greatest number in the column that orders the rows; 0 for an empty table. */
  readonly last: () => Promise<number>;
  readonly insert: (rows: readonly Columns[]) => Promise<void>;
  /** Returns how many rows were changed. */
  readonly change: (set: Columns, where?: Columns) => Promise<number>;
  readonly remove: (where?: Columns) => Promise<void>;
};

export type EventStoreTables = {
  readonly [Name in keyof typeof tableNames]: TestTable;
} & {
  /** Removes all rows of events, of the outbox with its blocks, of snapshots and of keys. */
  readonly clear: () => Promise<void>;
};

/** The column of each table that orders the rows by their insertion, as nearly as the table can tell. */
const tableNames = {
  events: { name: "events", order: "id" },
  outbox: { name: "outbox", order: "id" },
  blocks: { name: "outbox_blocks", order: "outbox_id" },
  snapshots: { name: "snapshots", order: "version" },
  keys: { name: "idempotency_keys", order: "created_at" },
  archived: { name: "archived_streams", order: "archived_at" },
  destroyed: { name: "destroyed_keys", order: "recorded_at" },
  moves: { name: "tenant_moves", order: "changed_at" },
  leases: { name: "relay_leases", order: "shard" },
  members: { name: "relay_members", order: "owner" },
} as const;

/**
 * Gives specs, benches and fault tests direct access to the tables of an event store, without the guards of production.
 * No other spec has SQL on these tables. Pass `database` if the connection is to another database.
 */
export const eventStoreTables = (pool: Pick<Pool, "query">, database?: string): EventStoreTables => {
  const prefix = database === undefined ? "" : `${database}.`;
  const table = ({ name, order }: { readonly name: string; readonly order: string }): TestTable =>
    testTable(pool, `${prefix}${name}`, order);
  const tables = {
    events: table(tableNames.events),
    outbox: table(tableNames.outbox),
    blocks: table(tableNames.blocks),
    snapshots: table(tableNames.snapshots),
    keys: table(tableNames.keys),
    archived: table(tableNames.archived),
    destroyed: table(tableNames.destroyed),
    moves: table(tableNames.moves),
    leases: table(tableNames.leases),
    members: table(tableNames.members),
  };
  const clear = async (): Promise<void> => {
    for (const each of [tables.events, tables.outbox, tables.blocks, tables.snapshots, tables.keys]) await each.remove();
  };
  return { ...tables, clear };
};

const testTable = (pool: Pick<Pool, "query">, name: string, order: string): TestTable => {
  const select = async <Row extends RowDataPacket>(columns: string, where: Columns, end = ""): Promise<Row[]> => {
    const { sql, values } = conditionOf(where);
    return (await pool.query<Row[]>(`SELECT ${columns} FROM ${name} WHERE ${sql}${end}`, values))[0];
  };
  return {
    rows: async (where = {}) => (await select("*", where, ` ORDER BY ${order}`)).map(fromRow),
    count: async (where = {}) => {
      const [row] = await select<RowDataPacket & { readonly rows: number }>("COUNT(*) AS `rows`", where);
      return row?.rows ?? 0;
    },
    has: async (where = {}) => (await select("1", where, " LIMIT 1")).length > 0,
    last: async () => {
      const [row] = await select<RowDataPacket & { readonly last: number | null }>(`MAX(${order}) AS last`, {});
      return row?.last ?? 0;
    },
    insert: async (rows) => {
      const [first] = rows;
      if (first === undefined) return;
      const columns = Object.keys(first);
      await pool.query(`INSERT INTO ${name} (${columns.join(", ")}) VALUES ?`, [
        rows.map((row) => columns.map((column) => toValue(column, row[column]))),
      ]);
    },
    change: async (set, where = {}) => {
      const { sql, values } = conditionOf(where);
      const columns = Object.keys(set);
      const [{ affectedRows }] = await pool.query<ResultSetHeader>(
        `UPDATE ${name} SET ${columns.map((column) => `${column} = ?`).join(", ")} WHERE ${sql}`,
        [...columns.map((column) => toValue(column, set[column])), ...values],
      );
      return affectedRows;
    },
    remove: async (where = {}) => {
      const { sql, values } = conditionOf(where);
      await pool.query(`DELETE FROM ${name} WHERE ${sql}`, values);
    },
  };
};

/** Returns the condition of these values; a list matches any of its values. */
const conditionOf = (where: Columns): { sql: string; values: unknown[] } => {
  const columns = Object.keys(where);
  return {
    sql: ["TRUE", ...columns.map((column) => `${column} IN (?)`)].join(" AND "),
    values: columns.map((column) => [where[column]].flat().map((value) => toValue(column, value))),
  };
};

const idColumns: ReadonlySet<string> = new Set(["aggregate_id", "event_id", "key_id"]);

const toValue = (column: string, value: unknown): unknown => {
  if (idColumns.has(column) && typeof value === "string") return uuidToBytes(value);
  const isJson = typeof value === "object" && value !== null && !Buffer.isBuffer(value) && !(value instanceof Date);
  return isJson ? JSON.stringify(value) : value;
};

const fromRow = (row: RowDataPacket): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]: [string, unknown]) => [
      column,
      idColumns.has(column) && Buffer.isBuffer(value) ? bytesToUuid(value) : value,
    ]),
  );

/** Returns a row of `events` as an append would write it. A spec passes the columns that matter to it. */
export const eventRow = (given: Columns & { readonly aggregate_id: string | Buffer; readonly version: number }): Columns => ({
  event_id: uuidv7(),
  aggregate_type: "Cart",
  event_type: "CartCleared",
  schema_version: 1,
  event_data: {},
  metadata: { correlation_id: "request-1", causation_id: "command-1" },
  created_at: new Date(),
  ...given,
});

/** Returns a row of `outbox` as an append would write it. A spec passes the columns that matter to it. */
export const outboxRow = (given: Columns & { readonly aggregate_id: string | Buffer; readonly version: number }): Columns => ({
  ...eventRow(given),
  shard: shardOf(typeof given.aggregate_id === "string" ? uuidToBytes(given.aggregate_id) : given.aggregate_id),
});
