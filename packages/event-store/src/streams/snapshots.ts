import type { Aggregate, DomainEvent } from "@cart/domain";
import { bytesToUuid, type Statement, uuidToBytes } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import { greatestVersion } from "./readRanges.ts";

/** The state of an aggregate after the first `version` events of its stream. */
export type Snapshot<State> = { readonly aggregateId: string; readonly version: number; readonly state: State };

type SnapshotOf<State> = Pick<Aggregate<State, never, DomainEvent>, "type" | "snapshots">;

export type SnapshotRow = RowDataPacket & { readonly aggregate_id: Buffer; readonly version: number; readonly state: unknown };

/** Selects the newest snapshot at or before `upTo` of each stream (at least one) that has a snapshot in the current schema version. */
export const selectSnapshots = <State>(
  { type, snapshots }: SnapshotOf<State>,
  aggregateIds: readonly string[],
  upTo: number = greatestVersion,
): Statement => ({
  sql: `SELECT aggregate_id, version, state FROM snapshots
     WHERE aggregate_id IN (?) AND aggregate_type = ? AND schema_version = ? AND version <= ?`,
  values: [aggregateIds.map(uuidToBytes), type, snapshots.schemaVersion, upTo],
});

export const toSnapshot = <State>({ snapshots }: SnapshotOf<State>, row: SnapshotRow): Snapshot<State> => ({
  aggregateId: bytesToUuid(row.aggregate_id),
  version: row.version,
  state: snapshots.fromJson(row.state),
});
