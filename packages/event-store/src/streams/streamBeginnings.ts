import type { DomainEvent, Owner } from "@cart/domain";
import { bytesToUuid, requirePrimary, type RoleRow, runTogether, serverRole, uuidToBytes } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import { type ArchivedRow, type ArchivedStream, selectArchived, toArchived } from "../archive/archivedStreams.ts";
import type { StoredAggregate } from "../sealing/storedAggregate.ts";
import { selectSnapshotPlaces, type SnapshotPlaceRow } from "./snapshots.ts";
import { type OwnerRow, ownersOf, selectOwners } from "./streamOwners.ts";
import { StreamsTooLargeError } from "./streamsTooLargeError.ts";

/** Whether anybody for whom streams are loaded may see a stream with this owner. */
export type MaySee = (aggregateId: string, owner: Owner) => boolean;

/** What is known of a stream that has events or a snapshot, before either is read. */
export type Beginning = {
  readonly aggregateId: string;
  readonly version: number;
  readonly snapshot: { readonly version: number; readonly bytes: number } | undefined;
  readonly isHidden: true | undefined;
  /** Set if the stream is in the archive. It may still have some events here, which are no stream. */
  readonly archived: ArchivedStream | undefined;
};

/** Reads where the streams end and where their newest snapshots are, and hides the streams that nobody may see. */
export const readBeginnings = async <State, Command, Event extends DomainEvent>(
  connection: PoolConnection,
  aggregate: StoredAggregate<State, Command, Event>,
  aggregateIds: readonly string[],
  maySee: MaySee | undefined,
): Promise<readonly Beginning[]> => {
  const { type, ownership } = aggregate;
  const owned = ownership === undefined || maySee === undefined ? undefined : { ...aggregate, ownership };
  const [snapshotRows, endRows, role, archivedRows, ownerRows] = await runTogether<
    [SnapshotPlaceRow[], EndRow[], RoleRow[], ArchivedRow[], ...OwnerRow[][]]
  >(connection, [
    selectSnapshotPlaces(aggregate, aggregateIds),
    {
      sql: "SELECT aggregate_id, MAX(version) AS version FROM events WHERE aggregate_id IN (?) AND aggregate_type = ? GROUP BY aggregate_id",
      values: [aggregateIds.map(uuidToBytes), type],
    },
    serverRole,
    // Behind the events: a stream that had none is in the archive by now, or never was.
    selectArchived(type, aggregateIds),
    ...(owned === undefined ? [] : [selectOwners(owned, aggregateIds)]),
  ]);
  requirePrimary(role);
  const owners = owned === undefined ? new Map<string, Owner>() : await ownersOf(owned, ownerRows ?? []);
  const places = new Map(snapshotRows.map(({ aggregate_id, version, bytes }) => [bytesToUuid(aggregate_id), { version, bytes }]));
  const ends = new Map(endRows.map(({ aggregate_id, version }) => [bytesToUuid(aggregate_id), version]));
  const archived = new Map(archivedRows.map(toArchived).map((stream) => [stream.aggregateId, stream]));
  return [...new Set([...places.keys(), ...ends.keys(), ...archived.keys()])].map((aggregateId) => {
    const owner = owners.get(aggregateId);
    const isHidden = owner !== undefined && maySee?.(aggregateId, owner) === false ? true : undefined;
    return {
      aggregateId,
      version: ends.get(aggregateId) ?? 0,
      snapshot: places.get(aggregateId),
      isHidden,
      archived: archived.get(aggregateId),
    };
  });
};

type EndRow = RowDataPacket & { readonly aggregate_id: Buffer; readonly version: number };

/** Throws a `StreamsTooLargeError` before any snapshot is sent, if the snapshots alone take more than `maxBytes` together. */
export const requireSnapshotMemory = (beginnings: readonly Beginning[], maxBytes: number): void => {
  let bytes = 0;
  let fitting = 0;
  for (const { snapshot } of beginnings) {
    bytes += snapshot?.bytes ?? 0;
    if (bytes > maxBytes) throw new StreamsTooLargeError(fitting);
    fitting += 1;
  }
};
