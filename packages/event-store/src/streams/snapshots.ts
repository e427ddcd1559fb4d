import type { Aggregate, DomainEvent } from "@cart/domain";
import { bytesToUuid, type Statement, uuidToBytes } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import type { RowOpener } from "../sealing/vault.ts";
import type { EncodedSnapshot } from "./encodedSnapshot.ts";

/** The state of an aggregate after the first `version` events of its stream. */
export type Snapshot<State> = { readonly aggregateId: string; readonly version: number; readonly state: State };

type SnapshotOf<State> = Pick<Aggregate<State, never, DomainEvent>, "type" | "snapshots">;

/** A stream's snapshot, without its state. */
export type SnapshotPlace = { readonly aggregateId: string; readonly version: number };

export type SnapshotRow = RowDataPacket & {
  readonly aggregate_id: Buffer;
  readonly version: number;
  readonly state: unknown;
  /** Bytes of the state in the database. */
  readonly bytes: number;
};

export type SnapshotPlaceRow = RowDataPacket & { readonly aggregate_id: Buffer; readonly version: number; readonly bytes: number };

const bytes = "JSON_STORAGE_SIZE(s.state) AS bytes";
const columns = `s.aggregate_id, s.version, s.state, ${bytes}`;

/** Selects the version and size of the newest snapshot of each stream (at least one) that has a snapshot in the current schema version. */
export const selectSnapshotPlaces = <State>({ type, snapshots }: SnapshotOf<State>, aggregateIds: readonly string[]): Statement => ({
  sql: `SELECT s.aggregate_id, s.version, ${bytes}
     FROM (SELECT aggregate_id, MAX(version) AS version FROM snapshots
           WHERE aggregate_id IN (?) AND aggregate_type = ? AND schema_version = ? GROUP BY aggregate_id) newest
     STRAIGHT_JOIN snapshots s ON s.aggregate_id = newest.aggregate_id AND s.aggregate_type = ? AND s.version = newest.version`,
  values: [aggregateIds.map(uuidToBytes), type, snapshots.schemaVersion, type],
});

/** Selects these snapshots (at least one), as far as they are in the current schema version. */
export const selectSnapshots = <State>({ type, snapshots }: SnapshotOf<State>, places: readonly SnapshotPlace[]): Statement => ({
  sql: `SELECT ${columns} FROM snapshots s
     WHERE (s.aggregate_id, s.aggregate_type, s.version) IN (?) AND s.schema_version = ?`,
  values: [places.map(({ aggregateId, version }) => [uuidToBytes(aggregateId), type, version]), snapshots.schemaVersion],
});

/** Selects a stream's newest snapshot in the current schema version, at or before a version. */
export const selectSnapshotAt = <State>({ type, snapshots }: SnapshotOf<State>, aggregateId: string, version: number): Statement => ({
  sql: `SELECT ${columns} FROM snapshots s
     WHERE s.aggregate_id = ? AND s.aggregate_type = ? AND s.version <= ? AND s.schema_version = ? ORDER BY s.version DESC LIMIT 1`,
  values: [uuidToBytes(aggregateId), type, version, snapshots.schemaVersion],
});

/** Opens sealed snapshots, and leaves out those that nobody can open any more. */
export const openSnapshotRows = (
  { vault }: { readonly vault?: RowOpener },
  rows: readonly SnapshotRow[],
): Promise<readonly SnapshotRow[]> => (vault === undefined ? Promise.resolve(rows) : vault.openSnapshots(rows));

export const toSnapshot = <State>({ snapshots }: SnapshotOf<State>, row: SnapshotRow): Snapshot<State> => ({
  aggregateId: bytesToUuid(row.aggregate_id),
  version: row.version,
  state: snapshots.fromJson(row.state),
});

/** Returns the snapshot of a stream's state as it is stored. */
export const encodeSnapshot = <State>(
  { snapshots }: SnapshotOf<State>,
  { version, state }: Pick<Snapshot<State>, "version" | "state">,
): EncodedSnapshot => ({ version, schemaVersion: snapshots.schemaVersion, state: JSON.stringify(snapshots.toJson(state)) });

/** Stores snapshots (at least one), and replaces those at the same versions. */
export const saveSnapshots = (
  snapshots: readonly { readonly aggregateType: string; readonly aggregateId: string; readonly snapshot: EncodedSnapshot }[],
): Statement => ({
  sql: "REPLACE INTO snapshots (aggregate_id, aggregate_type, version, schema_version, state) VALUES ?",
  values: [
    snapshots.map(({ aggregateId, aggregateType, snapshot }) => [
      uuidToBytes(aggregateId),
      aggregateType,
      snapshot.version,
      snapshot.schemaVersion,
      snapshot.state,
    ]),
  ],
});
