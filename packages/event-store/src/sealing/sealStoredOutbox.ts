import { type ReadRows, run, type Statement, withConnection, writeTogether } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { readPage, type PageLimits } from "../streams/readPage.ts";
import type { EventRow } from "../streams/streamEvents.ts";
import { isSealedSql, isSealedText } from "./isSealedSql.ts";

const page: PageLimits = { maxEvents: 100, maxBytes: 524_288 };

type SealedEventRow = RowDataPacket & {
  readonly id: number;
  readonly event_data: unknown;
  readonly metadata: unknown;
  readonly bytes: number;
};

/**
 * Gives plain rows of the outbox the sealed form of their events, whatever became of the rows, and yields after each transaction.
 * A relay that has read a row before publishes it in plain text.
 */
export async function* sealStoredOutbox(
  read: ReadRows,
  { pool, session }: { readonly pool: Pool; readonly session: readonly Statement[] },
  aggregateType: string,
): AsyncGenerator<number> {
  for (let after = 0; ;) {
    const { rows, isWhole } = await readPage<SealedEventRow & EventRow>(read, selectRows(aggregateType, after), page);
    if (rows.length > 0) {
      await withConnection(pool, async (connection) => {
        await writeTogether(connection, [...session, { sql: "START TRANSACTION" }, ...rows.map(replace)]);
        await run(connection, "COMMIT");
      });
      yield rows.length;
    }
    const last = rows.at(-1);
    if (last === undefined || isWhole) return;
    after = last.id;
  }
}

const selectRows = (aggregateType: string, after: number): Statement => ({
  sql: `SELECT STRAIGHT_JOIN o.id, e.event_data, e.metadata, JSON_STORAGE_SIZE(e.event_data) AS bytes
     FROM outbox o JOIN events e ON e.event_id = o.event_id
     WHERE o.id > ? AND o.aggregate_type = ? AND NOT ${isSealedText("o.event_data")} AND ${isSealedSql("e.event_data")}
     ORDER BY o.id`,
  values: [after, aggregateType],
});

const replace = ({ id, event_data: data, metadata }: SealedEventRow): Statement => ({
  sql: "UPDATE outbox SET event_data = ?, metadata = ? WHERE id = ?",
  values: [JSON.stringify(data), JSON.stringify(metadata), id],
});
