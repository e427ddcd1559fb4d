import type { DomainEvent } from "@cart/domain";
import { uuidToBytes } from "@cart/mysql";
import type { Pool } from "mysql2/promise";
import { cartId, timeOf } from "./cartMessages.ts";

/** Appends events of cart `n` to the event store, from this version on, as `messageOf` brings them over Kafka. */
export const store = (pool: Pool, n: number, from: number, ...events: readonly DomainEvent[]): Promise<void> =>
  storeStream(pool, { aggregateType: "Cart", id: cartId(n), n, from, occurredAt: timeOf }, events);

export type StoredStream = {
  readonly aggregateType: string;
  readonly id: string;
  /** In the ids of the events, so that they differ. */
  readonly n: number;
  readonly from: number;
  readonly occurredAt: (version: number) => Date;
};

export const storeStream = async (
  pool: Pool,
  { aggregateType, id, n, from, occurredAt }: StoredStream,
  events: readonly DomainEvent[],
): Promise<void> => {
  await pool.query(
    "INSERT INTO events (event_id, aggregate_id, aggregate_type, version, event_type, schema_version, event_data, metadata, created_at) VALUES ?",
    [
      events.map((event, index) => [
        uuidToBytes(`01890a5d-ac96-774b-bcce-${String(n * 1_000 + from + index).padStart(12, "0")}`),
        uuidToBytes(id),
        aggregateType,
        from + index,
        event.type,
        1,
        JSON.stringify(event.data),
        "{}",
        occurredAt(from + index),
      ]),
    ],
  );
};
