import { groupByBytes, insertBytes, inTransaction, type ReadRows, run, type Statement, withConnection, writeTogether } from "@cart/mysql";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { shardOf } from "../outbox/shardOf.ts";

/** The key of a stream as it is stored. */
export type StreamKey = { readonly aggregateId: Buffer; readonly aggregateType: string };

/** A table whose rows move with their streams. */
type MovedTable = {
  readonly name: "events" | "snapshots" | "idempotency_keys";
  /** The column that tells the rows of a stream apart. */
  readonly key: "version" | "idempotency_key";
  /** The other columns, each as text or bytes that the same column takes, so that a copy is exact. */
  readonly columns: Readonly<Record<string, string>>;
};

const movedTables: readonly MovedTable[] = [
  {
    name: "events",
    key: "version",
    columns: {
      event_id: "event_id",
      event_type: "event_type",
      schema_version: "schema_version",
      event_data: "CAST(event_data AS CHAR)",
      metadata: "CAST(metadata AS CHAR)",
      created_at: "CAST(created_at AS CHAR)",
    },
  },
  { name: "snapshots", key: "version", columns: { schema_version: "schema_version", state: "CAST(state AS CHAR)" } },
  {
    name: "idempotency_keys",
    key: "idempotency_key",
    columns: { request_hash: "request_hash", version: "version", answer: "answer", created_at: "CAST(created_at AS CHAR)" },
  },
];

type Row = RowDataPacket & {
  readonly aggregate_id: Buffer;
  readonly aggregate_type: string;
  readonly key: string | number;
  readonly bytes: number;
  readonly [column: string]: unknown;
};

/** Upper limits of one page of rows. */
const page = { maxRows: 2_000, maxBytes: 4_194_304 };

const valuesOf = ({ aggregateId, aggregateType }: StreamKey): readonly unknown[] => [aggregateId, aggregateType];

/** Returns the rows of the streams (at least one) in a table, page by page, in the order of their keys. */
async function* pagesOf({ name, key, columns }: MovedTable, read: ReadRows, streams: readonly StreamKey[]): AsyncGenerator<readonly Row[]> {
  const selected = Object.entries(columns).map(([column, sql]) => `${sql} AS ${column}`);
  const bytes = Object.values(columns)
    .map((sql) => `OCTET_LENGTH(${sql})`)
    .join(" + ");
  let after: readonly unknown[] | undefined;
  for (;;) {
    let size = 0;
    const rows = await read<Row>(
      {
        sql: `SELECT aggregate_id, aggregate_type, ${key} AS \`key\`, ${selected.join(", ")}, ${bytes} AS bytes FROM ${name}
           WHERE (aggregate_id, aggregate_type) IN (?)${after === undefined ? "" : ` AND (aggregate_id, aggregate_type, ${key}) > (?)`}
           ORDER BY aggregate_id, aggregate_type, ${key} LIMIT ?`,
        values: [streams.map(valuesOf), ...(after === undefined ? [] : [after]), page.maxRows],
      },
      // A page has at least one row.
      (row) => (size += row.bytes) <= page.maxBytes || size === row.bytes,
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = [last.aggregate_id, last.aggregate_type, last.key];
  }
}

const valueIn = (row: Row, column: string): unknown => row[column];

const columnsOf = ({ key, columns }: MovedTable): readonly string[] => ["aggregate_id", "aggregate_type", key, ...Object.keys(columns)];

const insertInto = (
  verb: "INSERT" | "REPLACE",
  table: string,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
): Statement => ({
  sql: `${verb} INTO ${table} (${columns.join(", ")}) VALUES ?`,
  values: [rows],
});

const rowValues = ({ columns }: MovedTable, row: Row): readonly unknown[] => [
  row.aggregate_id,
  row.aggregate_type,
  row.key,
  ...Object.keys(columns).map((column) => valueIn(row, column)),
];

/** Inserts the events that the target lacks, in order, each with its row of the outbox. */
const insertEvents = async (connection: PoolConnection, table: MovedTable, rows: readonly Row[]): Promise<number> => {
  const stored = await run<(RowDataPacket & { readonly event_id: Buffer })[]>(
    connection,
    "SELECT event_id FROM events WHERE event_id IN (?)",
    [rows.map((row) => valueIn(row, "event_id"))],
  );
  const known = new Set(stored.map(({ event_id: id }) => id.toString("hex")));
  const missing = rows.filter(({ event_id: id }) => !(Buffer.isBuffer(id) && known.has(id.toString("hex"))));
  const columns = columnsOf(table);
  for (const group of groupByBytes(missing, ({ bytes }) => 2 * bytes, insertBytes)) {
    await writeTogether(connection, [
      insertInto(
        "INSERT",
        "events",
        columns,
        group.map((row) => rowValues(table, row)),
      ),
      insertInto(
        "INSERT",
        "outbox",
        [...columns, "shard"],
        group.map((row) => [...rowValues(table, row), shardOf(row.aggregate_id)]),
      ),
    ]);
  }
  return missing.length;
};

/**
 * Copies all rows of the streams. The events of a page and their outbox rows are one transaction, so however often a copy is
 * interrupted and repeated, each event is in the target once and is published from there. Resolves to the number of new events.
 */
export const copyStreams = async (read: ReadRows, target: Pool, streams: readonly StreamKey[]): Promise<number> => {
  let events = 0;
  for (const table of movedTables) {
    for await (const rows of pagesOf(table, read, streams)) {
      events += await inTransaction(target, async (connection) => {
        if (table.name === "events") return insertEvents(connection, table, rows);
        for (const group of groupByBytes(rows, ({ bytes }) => 2 * bytes, insertBytes)) {
          const values = group.map((row) => rowValues(table, row));
          await writeTogether(connection, [insertInto("REPLACE", table.name, columnsOf(table), values)]);
        }
        return 0;
      });
    }
  }
  return events;
};

/** Throws if an event of the streams is sealed: its key stays in the key store of the source, so nobody could read it in the target. */
export const requireUnsealed = async (read: ReadRows, streams: readonly StreamKey[]): Promise<void> => {
  const [sealed] = await read<RowDataPacket>({
    sql: `SELECT 1 FROM events WHERE (aggregate_id, aggregate_type) IN (?)
       AND (JSON_CONTAINS_PATH(event_data, 'one', '$.sealed') OR JSON_CONTAINS_PATH(metadata, 'one', '$.sealed')) LIMIT 1`,
    values: [streams.map(valuesOf)],
  });
  if (sealed !== undefined)
    throw new Error(
      "the tenant has events with encrypted personal fields, whose keys do not move: a move that began is taken back with cancel-move",
    );
};

type KeyRow = RowDataPacket & { readonly stream: string; readonly key: string | number; readonly digest: Buffer };

const digestOf = ({ columns }: MovedTable): string =>
  `UNHEX(SHA2(JSON_ARRAY(${Object.values(columns)
    .map((sql) => `HEX(${sql})`)
    .join(", ")}), 256))`;

/** Reads a digest of each row with one of the keys of a page. */
const readDigests = (read: ReadRows, table: MovedTable, rows: readonly Row[]): Promise<readonly KeyRow[]> =>
  read<KeyRow>({
    sql: `SELECT CONCAT(HEX(aggregate_id), aggregate_type) AS stream, ${table.key} AS \`key\`, ${digestOf(table)} AS digest FROM ${table.name}
       WHERE (aggregate_id, aggregate_type, ${table.key}) IN (?) ORDER BY aggregate_id, aggregate_type, ${table.key}`,
    values: [rows.map(({ aggregate_id: id, aggregate_type: type, key }) => [id, type, key])],
  });

const countRows = async (pool: Pool, streams: readonly StreamKey[]): Promise<number> =>
  withConnection(pool, async (connection) => {
    const [row] = await run<(RowDataPacket & { readonly events: number })[]>(
      connection,
      "SELECT COUNT(*) AS events FROM events WHERE (aggregate_id, aggregate_type) IN (?)",
      [streams.map(valuesOf)],
    );
    return row?.events ?? 0;
  });

/** Throws unless the target has every row of the streams, byte for byte, and no other event of them. Resolves to their number of events. */
export const verifyStreams = async (
  { source, target }: { readonly source: Pool; readonly target: Pool },
  [readSource, readTarget]: readonly [ReadRows, ReadRows],
  streams: readonly StreamKey[],
): Promise<number> => {
  for (const table of movedTables) {
    for await (const rows of pagesOf(table, readSource, streams)) {
      const [own, copied] = [await readDigests(readSource, table, rows), await readDigests(readTarget, table, rows)];
      own.forEach(({ stream, key, digest }, index) => {
        const copy = copied[index];
        if (copy?.stream !== stream || copy.key !== key || !copy.digest.equals(digest))
          throw new Error(`${table.name} of ${stream} differs at ${table.key} ${key}: the target does not have the row of the source`);
      });
    }
  }
  const [own, copied] = [await countRows(source, streams), await countRows(target, streams)];
  if (own !== copied) throw new Error(`the target has ${copied} events of streams that have ${own} in the source`);
  return own;
};
