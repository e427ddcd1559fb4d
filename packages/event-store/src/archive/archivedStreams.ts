import { bytesToUuid, type ReadRows, type Statement, uuidToBytes } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";

/**
 * - `REMOVING`: the object has the whole stream, and its events are being deleted;
 * - `ARCHIVED`: the event store has no event of it;
 * - `RESTORING`: its events are being inserted again.
 */
export type ArchiveState = "REMOVING" | "ARCHIVED" | "RESTORING";

/** A stream whose events are in the archive, and where they are. */
export type ArchivedStream = {
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly tenantId: string;
  readonly state: ArchiveState;
  /** Of its last event. */
  readonly version: number;
  readonly objectKey: string;
  /** SHA-256 of the events in the object. */
  readonly sha256: Buffer;
  readonly archivedAt: Date;
};

export type ArchivedRow = RowDataPacket & {
  readonly aggregate_type: string;
  readonly aggregate_id: Buffer;
  readonly tenant_id: string;
  readonly state: ArchiveState;
  readonly version: number;
  readonly object_key: string;
  readonly sha256: Buffer;
  readonly archived_at: Date;
};

/**
 * Events that one transaction of a removal deletes, first events first, and that one of a restore inserts. It holds the locks on one
 * stream, for a few dozen milliseconds. It may be raised, but not lowered: appends of every release that still runs rely on it, see
 * `needsArchiveCheck`.
 */
export const eventsPerTransaction = 1_000;

/**
 * Whether an append at `version` has to ask whether its stream is in the archive. Any other append depends on its predecessor, which it
 * locks: the first transaction of a removal deletes the predecessor, so it is done before the append or waits for it. A restore stores
 * the first `eventsPerTransaction` events together. If they are all, the same transaction ends the archiving; if not, the unique key
 * refuses the append, because the event at `version` is stored too.
 */
export const needsArchiveCheck = (version: number): boolean => version === 1 || version > eventsPerTransaction;

const columns = "aggregate_type, aggregate_id, tenant_id, state, version, object_key, sha256, archived_at";

export const toArchived = (row: ArchivedRow): ArchivedStream => ({
  aggregateType: row.aggregate_type,
  aggregateId: bytesToUuid(row.aggregate_id),
  tenantId: row.tenant_id,
  state: row.state,
  version: row.version,
  objectKey: row.object_key,
  sha256: row.sha256,
  archivedAt: row.archived_at,
});

/** Selects those of the streams (at least one) of a type that are in the archive. */
export const selectArchived = (aggregateType: string, aggregateIds: readonly string[]): Statement => ({
  sql: `SELECT ${columns} FROM archived_streams WHERE aggregate_id IN (?) AND aggregate_type = ?`,
  values: [aggregateIds.map(uuidToBytes), aggregateType],
});

/** Reads which of the streams of a type are in the archive. */
export const readArchived = async (
  read: ReadRows,
  aggregateType: string,
  aggregateIds: readonly string[],
): Promise<readonly ArchivedStream[]> =>
  aggregateIds.length === 0 ? [] : (await read<ArchivedRow>(selectArchived(aggregateType, aggregateIds))).map(toArchived);

/** Reads archived streams in a state (at most `limit`). */
export const readInState = async (
  read: ReadRows,
  { aggregateType, state, limit }: { readonly aggregateType: string; readonly state: ArchiveState; readonly limit: number },
): Promise<readonly ArchivedStream[]> => {
  const rows = await read<ArchivedRow>({
    sql: `SELECT ${columns} FROM archived_streams WHERE state = ? AND aggregate_type = ? ORDER BY aggregate_id LIMIT ?`,
    values: [state, aggregateType, limit],
  });
  return rows.map(toArchived);
};

/**
 * A condition on which an append depends: none of its streams (at least one) is in the archive. It locks what it reads, so it sees the
 * newest rows in any isolation. It names the index, and counts a column that no other index has, because MySQL would read a small table
 * as a whole otherwise, and so wait for every removal that is under way.
 */
export const noneIsArchived = (
  streams: readonly { readonly aggregateId: string; readonly aggregateType: string }[],
): Required<Statement> => ({
  sql: "(SELECT COUNT(version) FROM archived_streams FORCE INDEX (PRIMARY) WHERE aggregate_id IN (?) AND aggregate_type IN (?) FOR SHARE) = 0",
  values: [streams.map(({ aggregateId }) => uuidToBytes(aggregateId)), [...new Set(streams.map(({ aggregateType }) => aggregateType))]],
});

/** Archived streams of a type that are returned at once. */
const endingsPerPage = 500;

/** The message of a stream's archiving, as it is stored. */
export type ArchiveEnding = { readonly aggregateId: string; readonly schemaVersion: number; readonly data: unknown };

type EndingRow = RowDataPacket & { readonly aggregate_id: Buffer; readonly schema_version: number; readonly event_data: unknown };

/** Returns the last messages of the archived streams of a type, page by page; with `since`, only of those that were archived from then on. */
export async function* readEndings(
  read: ReadRows,
  { aggregateType, since = new Date(0) }: { readonly aggregateType: string; readonly since?: Date },
): AsyncGenerator<readonly ArchiveEnding[]> {
  let after: Buffer = Buffer.alloc(0);
  for (;;) {
    const rows = await read<EndingRow>({
      sql: `SELECT aggregate_id, schema_version, event_data FROM archived_streams
         WHERE aggregate_id > ? AND aggregate_type = ? AND archived_at >= ? ORDER BY aggregate_id LIMIT ?`,
      values: [after, aggregateType, since, endingsPerPage],
    });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => ({ aggregateId: bytesToUuid(row.aggregate_id), schemaVersion: row.schema_version, data: row.event_data }));
    after = last.aggregate_id;
  }
}
