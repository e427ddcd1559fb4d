import { type Cart, cartAggregate, cartDecider, itemCount, totalAmount } from "@cart/domain";
import { uuidToBytes } from "@cart/mysql";
import type { Access } from "@cart/http-kit";
import type { RowDataPacket } from "mysql2/promise";
import type { CartRecord } from "../carts/cartView.ts";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { readCreation } from "./readCreation.ts";
import { readEvents } from "./readEvents.ts";
import { readLastAbandonment } from "./readLastAbandonment.ts";

export type CartAtOptions = { readonly version: number; readonly access: Access; readonly signal: AbortSignal };

export type CartAt = CartRecord | "unknown cart" | "unknown version";

/** A long stream is folded page by page, so that neither the memory nor the time between two other requests grows with it. */
const pageSize = 500;

/**
 * The cart as it was when it had the version, folded from its events; from the
 * kept snapshot on when that is not newer. Throws when the signal is aborted.
 */
export const readCartAt = async (eventStore: ReadOnlyDatabase, id: string, { version, access, signal }: CartAtOptions): Promise<CartAt> => {
  const creation = await readCreation(eventStore, id, access);
  if (creation === undefined) return "unknown cart";
  const [last] = await readEvents(eventStore, id, { after: version - 1, upTo: version, limit: 1 });
  if (last === undefined) return "unknown version";

  let { cart, version: at } = await readSnapshot(eventStore, id, version);
  while (at < version) {
    signal.throwIfAborted();
    const events = await readEvents(eventStore, id, { after: at, upTo: version, limit: pageSize });
    for (const { event, version: next } of events) {
      if (next !== at + 1) throw new Error(`the stream of cart ${id} has version ${next} after ${at}: the event store is damaged`);
      cart = cartDecider.evolve(cart, event);
      at = next;
    }
    if (events.length === 0) throw new Error(`the stream of cart ${id} ends at ${at} before ${version}: the event store is damaged`);
  }
  if (cart.status === "NONE") throw new Error(`the stream of cart ${id} makes no cart: the event store is damaged`);
  return {
    id,
    tenantId: cart.tenantId,
    userId: cart.userId,
    status: cart.status,
    currency: cart.currency,
    totalAmount: totalAmount(cart),
    itemCount: itemCount(cart),
    lineCount: cart.lines.size,
    orderId: cart.status === "CLOSED" ? cart.orderId : null,
    mergedInto: cart.status === "MERGED" ? cart.mergedInto : null,
    abandonedAt: cart.wasAbandoned ? await readLastAbandonment(eventStore, id, version) : null,
    version,
    createdAt: creation.occurredAt,
    updatedAt: last.occurredAt,
    items: [...cart.lines.values()].toSorted((a, b) => a.position - b.position),
  };
};

const readSnapshot = async (eventStore: ReadOnlyDatabase, id: string, upTo: number): Promise<{ cart: Cart; version: number }> => {
  const { type, snapshots } = cartAggregate;
  const [row] = await eventStore.query<RowDataPacket & { readonly version: number; readonly state: unknown }>(
    "SELECT version, state FROM snapshots WHERE aggregate_id = ? AND aggregate_type = ? AND schema_version = ? AND version <= ?",
    [uuidToBytes(id), type, snapshots.schemaVersion, upTo],
  );
  return row === undefined ? { cart: cartDecider.initialState, version: 0 } : { cart: snapshots.fromJson(row.state), version: row.version };
};
