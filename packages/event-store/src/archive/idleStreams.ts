import { bytesToUuid, type ReadRows, uuidToBytes } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import { shardOf } from "../outbox/shardOf.ts";

/** Rows of `events` that are looked through at once for the beginnings of streams, and streams that are returned at once. */
const rowsPerWindow = 50_000;
const streamsPerPage = 200;

type IdleRow = RowDataPacket & { readonly aggregate_id: Buffer };

/**
 * Returns the ids of the streams of a type that have had no event since a time, page by page, about in the order of their creation. It
 * looks through the events up to that time, and reads the end of each stream that began among them.
 */
export async function* findIdleStreams(read: ReadRows, aggregateType: string, before: Date): AsyncGenerator<readonly string[]> {
  const [range] = await read<RowDataPacket & { readonly last: number | null }>({ sql: "SELECT MAX(id) AS last FROM events" });
  for (let from = 0; from < (range?.last ?? 0); from += rowsPerWindow) {
    const [first] = await read<RowDataPacket & { readonly id: number; readonly created_at: Date }>({
      sql: "SELECT id, created_at FROM events WHERE id > ? ORDER BY id LIMIT 1",
      values: [from],
    });
    // Ids ascend about with time: what was appended later is left to a later run.
    if (first === undefined || first.created_at >= before) return;
    // A window of events that were all removed costs nothing.
    if (first.id > from + rowsPerWindow) {
      from = first.id - 1 - rowsPerWindow;
      continue;
    }
    const rows = await read<IdleRow>({
      sql: `SELECT e.aggregate_id FROM events e JOIN LATERAL (
           SELECT t.created_at FROM events t FORCE INDEX (events_stream) WHERE t.aggregate_id = e.aggregate_id AND t.aggregate_type = ?
           ORDER BY t.aggregate_id DESC, t.aggregate_type DESC, t.version DESC LIMIT 1) last
         WHERE e.id > ? AND e.id <= ? AND e.aggregate_type = ? AND e.version = 1 AND last.created_at < ? ORDER BY e.id`,
      values: [aggregateType, from, from + rowsPerWindow, aggregateType, before],
    });
    const ids = rows.map(({ aggregate_id: id }) => bytesToUuid(id));
    for (let begin = 0; begin < ids.length; begin += streamsPerPage) yield ids.slice(begin, begin + streamsPerPage);
  }
}

/**
 * Returns those of the streams (at least one) that have a row in the outbox that is not published, for whatever reason. It reads the index
 * entries of all such rows, and the rows of the streams' shards.
 */
export const findUnpublished = async (
  read: ReadRows,
  aggregateType: string,
  aggregateIds: readonly string[],
): Promise<ReadonlySet<string>> => {
  const ids = aggregateIds.map(uuidToBytes);
  const rows = await read<IdleRow>({
    sql: `SELECT DISTINCT aggregate_id FROM outbox FORCE INDEX (outbox_status)
       WHERE status IN ('PENDING', 'FAILED') AND shard IN (?) AND aggregate_type = ? AND aggregate_id IN (?)`,
    values: [[...new Set(ids.map(shardOf))], aggregateType, ids],
  });
  return new Set(rows.map(({ aggregate_id: id }) => bytesToUuid(id)));
};
