import type { Aggregate, DomainEvent } from "@cart/domain";
import { bytesToUuid, run, runTogether, uuidToBytes, withConnection } from "@cart/mysql";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";

/** An aggregate as its stream says it is. `version` 0 is a stream without events. */
export type LoadedStream<State> = { readonly state: State; readonly version: number; readonly snapshotVersion: number };

type SnapshotRow = RowDataPacket & { aggregate_id: Buffer; version: number; state: unknown };
type BegunRow = RowDataPacket & { aggregate_id: Buffer };
type EventRow = RowDataPacket & { aggregate_id: Buffer; version: number; event_type: string; schema_version: number; event_data: unknown };

/**
 * The committed state of each aggregate: its newest snapshot and the events after
 * it, folded. Two round trips, however many aggregates (at least one), and one when
 * none has events: those are in the result with version 0.
 */
export const loadStreams = <State, Command, Event extends DomainEvent>(
  pool: Pool,
  aggregate: Aggregate<State, Command, Event>,
  aggregateIds: readonly string[],
): Promise<Map<string, LoadedStream<State>>> => withConnection(pool, (connection) => loadStreamsOn(connection, aggregate, aggregateIds));

/** As `loadStreams`, in the connection's transaction. */
export const loadStreamsOn = async <State, Command, Event extends DomainEvent>(
  connection: PoolConnection,
  { type, decider, codec, snapshots }: Aggregate<State, Command, Event>,
  aggregateIds: readonly string[],
): Promise<Map<string, LoadedStream<State>>> => {
  const streams = new Map<string, LoadedStream<State>>(
    aggregateIds.map((id) => [id, { state: decider.initialState, version: 0, snapshotVersion: 0 }]),
  );

  const ids = aggregateIds.map(uuidToBytes);
  const [snapshotRows, begunRows] = await runTogether<[SnapshotRow[], BegunRow[]]>(connection, [
    {
      sql: "SELECT aggregate_id, version, state FROM snapshots WHERE aggregate_id IN (?) AND aggregate_type = ? AND schema_version = ?",
      values: [ids, type, snapshots.schemaVersion],
    },
    { sql: "SELECT aggregate_id FROM events WHERE aggregate_id IN (?) AND aggregate_type = ? AND version = 1", values: [ids, type] },
  ]);
  for (const row of snapshotRows) {
    streams.set(bytesToUuid(row.aggregate_id), {
      state: snapshots.fromJson(row.state),
      version: row.version,
      snapshotVersion: row.version,
    });
  }

  // Most aggregates that are not in memory are new.
  const begun = new Set([...snapshotRows, ...begunRows].map((row) => bytesToUuid(row.aggregate_id)));
  if (begun.size === 0) return streams;
  const eventRows = await run<EventRow[]>(
    connection,
    `SELECT aggregate_id, version, event_type, schema_version, event_data FROM events
     WHERE ${[...begun].map(() => "(aggregate_id = ? AND aggregate_type = ? AND version > ?)").join(" OR ")}
     ORDER BY aggregate_id, version`,
    [...begun].flatMap((id) => [uuidToBytes(id), type, streams.get(id)?.version ?? 0]),
  );
  for (const row of eventRows) {
    const id = bytesToUuid(row.aggregate_id);
    const stream = streams.get(id);
    if (stream === undefined || row.version !== stream.version + 1) {
      throw new Error(`stream ${type}/${id} has version ${row.version} after ${stream?.version ?? "nothing"}: the event store is damaged`);
    }
    const event = codec.upcast({ type: row.event_type, schemaVersion: row.schema_version, data: row.event_data });
    streams.set(id, { ...stream, state: decider.evolve(stream.state, event), version: row.version });
  }
  return streams;
};
