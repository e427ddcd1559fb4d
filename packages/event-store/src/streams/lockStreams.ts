import { run, uuidToBytes } from "@cart/mysql";
import type { PoolConnection } from "mysql2/promise";

/**
 * Keeps every other writer out of the streams until the transaction ends. It waits
 * for writers that have appended but not committed; later writers wait at their
 * INSERT. The transaction must be REPEATABLE READ, because only then does MySQL lock
 * the gap in which the next version would be inserted.
 *
 * `versions` are versions that the streams have reached; the closer they are to the
 * ends of the streams, the fewer rows are locked. Reads after this see the newest events.
 */
export const lockStreams = async (
  connection: PoolConnection,
  aggregateType: string,
  versions: ReadonlyMap<string, { readonly version: number }>,
): Promise<void> => {
  const streams = [...versions]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { version }]) => [uuidToBytes(id), aggregateType, version]);
  // Lock the first event before the last ones, so that concurrent lockers wait for each other here: two of them can lock the gap of the
  // next version at once, and then neither could append.
  await run(
    connection,
    `SELECT id FROM events FORCE INDEX (events_stream) WHERE ${streams.map(() => "(aggregate_id = ? AND aggregate_type = ? AND version = 1)").join(" OR ")} FOR UPDATE`,
    streams.flatMap(([id, type]) => [id, type]),
  );
  await run(
    connection,
    `SELECT id FROM events FORCE INDEX (events_stream) WHERE ${streams.map(() => "(aggregate_id = ? AND aggregate_type = ? AND version >= ?)").join(" OR ")} FOR UPDATE`,
    streams.flat(),
  );
};
