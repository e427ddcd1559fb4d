import { run, uuidToBytes } from "@cart/mysql";
import type { PoolConnection } from "mysql2/promise";

/**
 * Keeps every other writer out of the streams until the transaction ends: those
 * that have appended but not committed are waited for, and those that come later
 * wait at their INSERT. The transaction has to be REPEATABLE READ, as only then
 * MySQL locks the place of the next version, which does not exist yet.
 *
 * `versions` are versions that the streams have reached; the closer to their ends,
 * the fewer rows are locked. What is read after this is the newest.
 */
export const lockStreams = async (
  connection: PoolConnection,
  aggregateType: string,
  versions: ReadonlyMap<string, { readonly version: number }>,
): Promise<void> => {
  const streams = [...versions]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { version }]) => [uuidToBytes(id), aggregateType, version]);
  // The first event before the last ones, so that all who lock wait for each other here: the place of the next version can be locked by
  // two at once, and neither could then append.
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
