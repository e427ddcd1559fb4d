import { cartAggregateType } from "@cart/domain";
import { bytesToUuid, run, uuidToBytes, withConnection } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import type { TimerEvent } from "../timers/cartProgress.ts";
import type { Timer } from "../timers/timerRows.ts";

/** With what makes it the cause of another. */
export type StoredEvent = TimerEvent & { readonly eventId: string; readonly correlationId: string | undefined };

type EventRow = RowDataPacket & {
  readonly aggregate_id: Buffer;
  readonly version: number;
  readonly event_type: string;
  readonly event_data: unknown;
  readonly created_at: Date;
  readonly event_id: Buffer;
  readonly correlation_id: string | null;
};

/**
 * Of each cart the event that its timer is at and all newer ones, in order; and the
 * first one where the tenant is not known. A cart without events is not in the result.
 */
export const readNewEvents = async (eventStore: Pool, timers: readonly Timer[]): Promise<ReadonlyMap<string, readonly StoredEvent[]>> => {
  const ranges = timers.map(({ cartId, progress: { tenantId, version } }) => ({
    sql: `(aggregate_id = ? AND aggregate_type = ? AND ${tenantId === undefined ? "(version = 1 OR version >= ?)" : "version >= ?"})`,
    values: [uuidToBytes(cartId), cartAggregateType, version],
  }));
  const rows = await withConnection(eventStore, (connection) =>
    run<EventRow[]>(
      connection,
      `SELECT aggregate_id, version, event_type, event_data, created_at, event_id, metadata ->> '$.correlation_id' AS correlation_id
       FROM events WHERE ${ranges.map(({ sql }) => sql).join(" OR ")} ORDER BY aggregate_id, version`,
      ranges.flatMap(({ values }) => values),
    ),
  );
  const events = new Map<string, StoredEvent[]>();
  for (const row of rows) {
    const cartId = bytesToUuid(row.aggregate_id);
    const event = {
      version: row.version,
      type: row.event_type,
      data: row.event_data,
      occurredAt: row.created_at,
      eventId: bytesToUuid(row.event_id),
      correlationId: row.correlation_id ?? undefined,
    };
    const known = events.get(cartId);
    if (known === undefined) events.set(cartId, [event]);
    else known.push(event);
  }
  return events;
};
