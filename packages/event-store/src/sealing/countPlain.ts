import type { ReadRows, Statement } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import { isSealedSql, isSealedText } from "./isSealedSql.ts";

/** Numbers of rows by table. */
export type StoredRows = { readonly events: number; readonly snapshots: number; readonly outbox: number };

/** Events that one statement looks through. */
const rowsPerWindow = 200_000;

/** Counts the rows of a type of aggregate that are stored in plain text. It looks through all events. */
export const countPlain = async (read: ReadRows, aggregateType: string): Promise<StoredRows> => {
  const count = async ({ sql, values = [] }: Statement): Promise<number> => {
    const [row] = await read<RowDataPacket & { readonly plain: number }>({ sql: `SELECT COUNT(*) AS plain FROM ${sql}`, values });
    return row?.plain ?? 0;
  };
  const [range] = await read<RowDataPacket & { readonly last: number | null }>({ sql: "SELECT MAX(id) AS last FROM events" });
  let events = 0;
  for (let from = 0; from < (range?.last ?? 0); from += rowsPerWindow) {
    events += await count({
      sql: `events WHERE id > ? AND id <= ? AND aggregate_type = ? AND NOT ${isSealedSql("event_data")}`,
      values: [from, from + rowsPerWindow, aggregateType],
    });
  }
  return {
    events,
    snapshots: await count({ sql: `snapshots WHERE aggregate_type = ? AND NOT ${isSealedSql("state")}`, values: [aggregateType] }),
    outbox: await count({ sql: `outbox WHERE aggregate_type = ? AND NOT ${isSealedText("event_data")}`, values: [aggregateType] }),
  };
};
