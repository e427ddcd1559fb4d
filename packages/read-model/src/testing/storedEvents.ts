import type { DomainEvent } from "@cart/domain";
import { eventRow, eventStoreTables } from "@cart/event-store/testing";
import type { Pool } from "mysql2/promise";
import { cartId, timeOf } from "./cartMessages.ts";

/**
 * Appends events of cart `n` to the event store, starting at version `from`. They are the same events that
 * `messageOf` puts into messages.
 */
export const store = (pool: Pool, n: number, from: number, ...events: readonly DomainEvent[]): Promise<void> =>
  storeStream(pool, { aggregateType: "Cart", id: cartId(n), n, from, occurredAt: timeOf }, events);

export type StoredStream = {
  readonly aggregateType: string;
  readonly id: string;
  /** The number of the stream, which makes the ids of its events unique. */
  readonly n: number;
  readonly from: number;
  readonly occurredAt: (version: number) => Date;
};

export const storeStream = async (
  pool: Pool,
  { aggregateType, id, n, from, occurredAt }: StoredStream,
  events: readonly DomainEvent[],
): Promise<void> => {
  await eventStoreTables(pool).events.insert(
    events.map((event, index) =>
      eventRow({
        event_id: `01890a5d-ac96-774b-bcce-${String(n * 1_000 + from + index).padStart(12, "0")}`,
        aggregate_id: id,
        aggregate_type: aggregateType,
        version: from + index,
        event_type: event.type,
        event_data: event.data,
        created_at: occurredAt(from + index),
      }),
    ),
  );
};
