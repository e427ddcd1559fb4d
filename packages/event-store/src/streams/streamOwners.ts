import type { Aggregate, DomainEvent, Owner, Ownership } from "@cart/domain";
import { bytesToUuid, type ReadRows, type Statement, uuidToBytes } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import { isPart, sealedOwnerPath } from "../sealing/storedParts.ts";
import type { RowOpener, SealedOwner } from "../sealing/vault.ts";
import { StreamDamagedError } from "./streamDamagedError.ts";
import { type EventRow, foldedColumnsOf, foldedForm, openRows, rowDecoder } from "./streamEvents.ts";

/** A type of aggregate whose streams have owners. */
export type OwnedCategory<State, Event extends DomainEvent> = Pick<Aggregate<State, never, Event>, "type" | "codec" | "snapshots"> & {
  readonly ownership: Ownership<State, Event>;
  readonly vault?: RowOpener;
};

/** The end of a stream and its newest snapshot, with one event that gave it an owner; the event's columns are NULL if it has none. */
export type OwnerRow = RowDataPacket & {
  readonly stream_id: Buffer;
  readonly last_version: number;
  readonly snapshot_version: number | null;
  readonly snapshot_user: string | null;
  readonly snapshot_tenant: string | null;
  readonly sealed_owner: unknown;
  readonly version: number | null;
};

/**
 * Selects what tells the owners of the streams (at least one) that have events. The server reads the newest snapshot of a stream
 * and one interval of events, whatever the length of the stream, and sends neither. The order by the whole key lets MySQL read the
 * interval from the end of the index.
 */
export const selectOwners = <State, Event extends DomainEvent>(
  { type, snapshots, ownership }: OwnedCategory<State, Event>,
  aggregateIds: readonly string[],
): Statement => ({
  sql: `SELECT STRAIGHT_JOIN stream_id, last_version, snapshot_version, JSON_UNQUOTE(JSON_EXTRACT(s.state, ?)) AS snapshot_user,
       JSON_UNQUOTE(JSON_EXTRACT(s.state, ?)) AS snapshot_tenant, JSON_EXTRACT(s.state, ?) AS sealed_owner, ${foldedColumnsOf("e")}
     FROM (SELECT aggregate_id AS stream_id, MAX(version) AS last_version FROM events
           WHERE aggregate_id IN (?) AND aggregate_type = ? GROUP BY aggregate_id) streams
     LEFT JOIN (SELECT aggregate_id AS snapshot_id, MAX(version) AS snapshot_version FROM snapshots
                WHERE aggregate_id IN (?) AND aggregate_type = ? AND schema_version = ? GROUP BY aggregate_id) newest ON snapshot_id = stream_id
     LEFT JOIN snapshots s ON s.aggregate_id = snapshot_id AND s.aggregate_type = ? AND s.version = snapshot_version
     LEFT JOIN LATERAL (
       SELECT t.id AS tail_id, t.event_type AS tail_type FROM events t FORCE INDEX (events_stream)
       WHERE t.aggregate_id = stream_id AND t.aggregate_type = ?
       ORDER BY t.aggregate_id DESC, t.aggregate_type DESC, t.version DESC LIMIT ?) tail ON tail_type IN (?)
     LEFT JOIN events e ON e.id = tail_id`,
  values: [
    ownership.snapshotPaths.userId,
    ownership.snapshotPaths.tenantId,
    sealedOwnerPath,
    aggregateIds.map(uuidToBytes),
    type,
    aggregateIds.map(uuidToBytes),
    type,
    snapshots.schemaVersion,
    type,
    type,
    snapshots.everyEvents,
    ownership.eventTypes,
  ],
});

/**
 * Returns the owners that the rows of `selectOwners` tell, by aggregate id. The owner of a stream is missing if the stream has more
 * than one interval of events after its newest snapshot, or is damaged; then only the whole stream tells it.
 */
export const ownersOf = async <State, Event extends DomainEvent>(
  category: OwnedCategory<State, Event>,
  stored: readonly OwnerRow[],
): Promise<ReadonlyMap<string, Owner>> => {
  const rows = await openOwnerRows(category, stored);
  const { type, snapshots, ownership } = category;
  const decode = rowDecoder(category, foldedForm<Event>());
  const owners = new Map<string, Owner | undefined>();
  // Sorted here, because MySQL would sort the snapshots too, and fails if one is larger than its sort buffer.
  for (const row of rows.toSorted((a, b) => (a.version ?? 0) - (b.version ?? 0))) {
    const aggregateId = bytesToUuid(row.stream_id);
    const snapshotVersion = row.snapshot_version ?? 0;
    const distance = row.last_version - snapshotVersion;
    if (distance < 0 || distance > snapshots.everyEvents) continue;
    const before = owners.has(aggregateId) ? owners.get(aggregateId) : ownerInSnapshot(row);
    try {
      const isLater = isEventRow(row) && row.version > snapshotVersion;
      owners.set(aggregateId, isLater ? ownership.ownerAfter(before, decode(row, { aggregateType: type, aggregateId }).event) : before);
    } catch (error) {
      if (!(error instanceof StreamDamagedError)) throw error;
      owners.set(aggregateId, undefined);
    }
  }
  return new Map([...owners].flatMap(([id, owner]): [string, Owner][] => (owner === undefined ? [] : [[id, owner]])));
};

/** Opens the events among the rows, and the owners in sealed snapshots. */
const openOwnerRows = async ({ vault }: { readonly vault?: RowOpener }, rows: readonly OwnerRow[]): Promise<readonly OwnerRow[]> => {
  if (vault === undefined) return rows;
  const events = rows.filter(isEventRow);
  const opened = new Map((await vault.openEvents(events)).map((event, index) => [events[index], event]));
  const sealed = rows.flatMap((row): SealedOwner[] => {
    const { stream_id, snapshot_version: version, sealed_owner: owner } = row;
    return version !== null && isPart(owner) ? [{ aggregateId: bytesToUuid(stream_id), version, owner }] : [];
  });
  const owners = await vault.openOwners(sealed);
  const ownerOf = new Map(sealed.map(({ aggregateId }, index) => [aggregateId, owners[index]]));
  return rows.map((row) => {
    const owner = ownerOf.get(bytesToUuid(row.stream_id));
    const event = isEventRow(row) ? (opened.get(row) ?? row) : row;
    return owner === undefined ? event : { ...event, snapshot_user: owner.userId, snapshot_tenant: owner.tenantId };
  });
};

const ownerInSnapshot = ({ snapshot_user: userId, snapshot_tenant: tenantId }: OwnerRow): Owner | undefined =>
  userId === null || tenantId === null ? undefined : { userId, tenantId };

const isEventRow = (row: OwnerRow): row is OwnerRow & EventRow => row.version !== null;

/**
 * Reads the owner of a stream; `undefined` for a stream without events. It reads the whole stream only if the stream has more than
 * one interval of events after its newest snapshot. Throws `StreamDamagedError`.
 */
export const readOwner = async <State, Event extends DomainEvent>(
  read: ReadRows,
  category: OwnedCategory<State, Event>,
  aggregateId: string,
): Promise<Owner | undefined> => {
  const rows = await read<OwnerRow>(selectOwners(category, [aggregateId]));
  if (rows.length === 0) return undefined;
  const owners = await ownersOf(category, rows);
  return owners.get(aggregateId) ?? readOwnerFromEvents(read, category, aggregateId);
};

const readOwnerFromEvents = async <State, Event extends DomainEvent>(
  read: ReadRows,
  category: OwnedCategory<State, Event>,
  aggregateId: string,
): Promise<Owner | undefined> => {
  const { type, ownership } = category;
  const decode = rowDecoder(category, foldedForm<Event>());
  const rows = await read<EventRow>({
    sql: `SELECT ${foldedColumnsOf("events")} FROM events FORCE INDEX (events_stream)
      WHERE aggregate_id = ? AND aggregate_type = ? AND event_type IN (?) ORDER BY version`,
    values: [uuidToBytes(aggregateId), type, ownership.eventTypes],
  });
  const opened = await openRows(category, rows);
  return opened.reduce<Owner | undefined>(
    (owner, row) => ownership.ownerAfter(owner, decode(row, { aggregateType: type, aggregateId }).event),
    undefined,
  );
};
