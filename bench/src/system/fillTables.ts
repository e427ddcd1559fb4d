import { randomUUID } from "node:crypto";
import { type Columns, eventRow, type EventStoreTables, eventStoreTables, multiplyRows, outboxRow } from "@cart/event-store/testing";
import { uuidToBytes } from "@cart/mysql";
import type { Pool } from "mysql2/promise";

const rowsEach = 2_000;

export const fillOutbox = (eventStore: Pool, carts: number, eventsEach: number): Promise<void> =>
  fillTable(eventStore, "outbox", carts, eventsEach);

export const fillEvents = (eventStore: Pool, carts: number, eventsEach: number): Promise<void> =>
  fillTable(eventStore, "events", carts, eventsEach);

/** Inserts the first outbox row of a cart, which cannot be published, because it lacks the metadata of a message. Resolves to the cart. */
export const fillUnpublishable = async (eventStore: Pool): Promise<Buffer> => {
  const cart = uuidToBytes(randomUUID());
  await eventStoreTables(eventStore).outbox.insert([{ ...rowOf(outboxRow, cart, 1), metadata: {} }]);
  return cart;
};

/** Inserts `rows` outbox rows of the cart behind its first row. */
export const fillBehind = (eventStore: Pool, cart: Buffer, rows: number): Promise<void> =>
  insertAll(eventStoreTables(eventStore).outbox, rowsOf(outboxRow, [cart], { first: 2, last: rows + 1 }));

/** Events of each cart that `fillFinishedCarts` makes. */
export const finishedCartEvents = 50;

/** Events that are inserted one by one; further carts are their copies. */
const seedEvents = 100_000;

/** A year ago. */
const longAgo = (): Date => new Date(Date.now() - 365 * 86_400_000);

/**
 * Inserts purchased carts whose last event is a year old, with about `events` events. Resolves to the number of their events, which is
 * greater if carts would not be whole otherwise.
 */
export const fillFinishedCarts = async (eventStore: Pool, events: number, report: (line: string) => void): Promise<number> => {
  const carts = Math.ceil(Math.min(events, seedEvents) / finishedCartEvents);
  const created_at = longAgo();
  const finished: ToRow = (row) => {
    const end = { event_type: "CartPurchased", event_data: { order_id: "order-1", total_amount: 2999 } };
    return eventRow({ ...row, ...(row.version === finishedCartEvents ? end : {}), created_at });
  };
  const { events: table } = eventStoreTables(eventStore);
  await insertAll(table, rowsOf(finished, newIds(carts), { first: 1, last: finishedCartEvents }));
  const copies = Math.ceil(events / (carts * finishedCartEvents));
  const total = carts * finishedCartEvents * copies;
  await multiplyRows(eventStore, "events", total, report);
  return total;
};

/** Inserts the rows of `carts` carts with `eventsEach` events each, as appends would have stored them. */
const fillTable = (eventStore: Pool, table: "events" | "outbox", carts: number, eventsEach: number): Promise<void> => {
  const toRow = table === "events" ? eventRow : outboxRow;
  return insertAll(eventStoreTables(eventStore)[table], rowsOf(toRow, newIds(carts), { first: 1, last: eventsEach }));
};

const newIds = (carts: number): readonly Buffer[] => Array.from({ length: carts }, () => uuidToBytes(randomUUID()));

type ToRow = typeof eventRow;

function* rowsOf(toRow: ToRow, carts: readonly Buffer[], versions: { readonly first: number; readonly last: number }): Generator<Columns> {
  for (let version = versions.first; version <= versions.last; version++) {
    for (const cart of carts) yield rowOf(toRow, cart, version);
  }
}

const rowOf = (toRow: ToRow, aggregate_id: Buffer, version: number): Columns => {
  const [event_type, event_data] =
    version === 1
      ? ["CartCreated", { user_id: "user-123", tenant_id: "default", currency: "USD" }]
      : ["ItemAddedToCart", { item_id: `item-${version}`, quantity: 2, unit_price: 2999 }];
  const metadata = { correlation_id: randomUUID(), causation_id: randomUUID() };
  return toRow({ aggregate_id, version, event_type, event_data, metadata });
};

const insertAll = async (table: EventStoreTables["events"], rows: Iterable<Columns>): Promise<void> => {
  let batch: Columns[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < rowsEach) continue;
    await table.insert(batch);
    batch = [];
  }
  await table.insert(batch);
};
