import { inTransaction, type ReadRows, run } from "@cart/mysql";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { shardOf } from "../outbox/shardOf.ts";

/** Rows that are moved at once. */
const rowsPerPage = 500;

const columns =
  "aggregate_id, aggregate_type, state, tenant_id, version, object_key, sha256, event_id, schema_version, CAST(event_data AS CHAR) AS event_data, archived_at";

type Row = RowDataPacket & {
  readonly aggregate_id: Buffer;
  readonly aggregate_type: string;
  readonly state: string;
  readonly tenant_id: string;
  readonly version: number;
  readonly object_key: string;
  readonly sha256: Buffer;
  readonly event_id: Buffer;
  readonly schema_version: number;
  readonly event_data: string;
  readonly archived_at: Date;
};

async function* archivedOf(read: ReadRows, tenantId: string): AsyncGenerator<readonly Row[]> {
  let after: Buffer = Buffer.alloc(0);
  for (;;) {
    const rows = await read<Row>({
      sql: `SELECT ${columns} FROM archived_streams WHERE tenant_id = ? AND aggregate_id > ? ORDER BY aggregate_id LIMIT ?`,
      values: [tenantId, after, rowsPerPage],
    });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.aggregate_id;
  }
}

/** Throws if a stream of the tenant is on its way to the archive or back, because its rows are in two places then. */
export const requireSettled = async (read: ReadRows, tenantId: string): Promise<void> => {
  for await (const rows of archivedOf(read, tenantId)) {
    if (rows.some(({ state }) => state !== "ARCHIVED"))
      throw new Error("a cart of the tenant is on its way to the archive or back: run archive-carts, or restore-cart, to the end first");
  }
};

/**
 * Copies where the tenant's archived streams are, each with its message in the outbox, so that the target's read model counts them and
 * the target refuses their ids. The objects stay where they are.
 */
export const copyArchived = async (read: ReadRows, target: Pool, tenantId: string): Promise<void> => {
  for await (const rows of archivedOf(read, tenantId)) {
    for (const row of rows) {
      await inTransaction(target, async (connection) => {
        const known = await run<RowDataPacket[]>(
          connection,
          "SELECT 1 FROM archived_streams WHERE aggregate_id = ? AND aggregate_type = ? FOR UPDATE",
          [row.aggregate_id, row.aggregate_type],
        );
        if (known.length === 0) await insertArchived(connection, row);
      });
    }
  }
};

const insertArchived = async (connection: PoolConnection, row: Row): Promise<void> => {
  const { aggregate_id, aggregate_type, tenant_id, version, event_id, schema_version, event_data, archived_at } = row;
  await run(
    connection,
    `INSERT INTO archived_streams
       (aggregate_id, aggregate_type, state, tenant_id, version, object_key, sha256, event_id, schema_version, event_data, archived_at)
     VALUES (?)`,
    [
      [
        aggregate_id,
        aggregate_type,
        row.state,
        tenant_id,
        version,
        row.object_key,
        row.sha256,
        event_id,
        schema_version,
        event_data,
        archived_at,
      ],
    ],
  );
  const id = event_id.toString("hex");
  const metadata = JSON.stringify({ correlation_id: id, causation_id: id });
  await run(
    connection,
    `INSERT INTO outbox (event_id, aggregate_id, aggregate_type, version, event_type, schema_version, event_data, metadata, created_at, shard)
     VALUES (?)`,
    [
      [
        event_id,
        aggregate_id,
        aggregate_type,
        version + 1,
        `${aggregate_type}Archived`,
        schema_version,
        event_data,
        metadata,
        archived_at,
        shardOf(aggregate_id),
      ],
    ],
  );
};

/** Throws unless the target knows of exactly the tenant's archived streams. */
export const verifyArchived = async ([source, target]: readonly [ReadRows, ReadRows], tenantId: string): Promise<void> => {
  const digest = {
    sql: `SELECT COUNT(*) AS streams, COALESCE(BIT_XOR(CRC32(CONCAT_WS('/', HEX(aggregate_id), aggregate_type, version, object_key, HEX(sha256)))), 0) AS digest
       FROM archived_streams WHERE tenant_id = ?`,
    values: [tenantId],
  };
  type Digest = RowDataPacket & { readonly streams: number; readonly digest: number };
  const [[own], [copied]] = [await source<Digest>(digest), await target<Digest>(digest)];
  if (own?.streams !== copied?.streams || String(own?.digest) !== String(copied?.digest))
    throw new Error(`the target knows of ${copied?.streams ?? 0} archived carts of the tenant, and the source of ${own?.streams ?? 0}`);
};
