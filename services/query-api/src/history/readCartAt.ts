import { type CartEvent, itemCount, itemsAmount } from "@cart/domain";
import { loadStreamAt, readLastOfType, StreamDamagedError } from "@cart/event-store";
import type { Access } from "@cart/http-kit";
import type { CartRecord } from "../carts/cartView.ts";
import { pageOf } from "./pageLimits.ts";
import { readCreation } from "./readCreation.ts";
import type { StoredCarts } from "./storedCarts.ts";

export type CartAtOptions = { readonly version: number; readonly access: Access; readonly signal: AbortSignal };

export type CartAt = CartRecord | "unknown cart" | "unknown version";

/** A long stream is folded page by page, so that neither the memory nor the time between two other requests grows with it. */
const page = pageOf(100);

/** The cart as it was when it had the version. Throws `StreamDamagedError`, and the signal's reason when it is aborted. */
export const readCartAt = async (eventStore: StoredCarts, id: string, { version, access, signal }: CartAtOptions): Promise<CartAt> => {
  const creation = await readCreation(eventStore, id, access);
  if (creation === undefined) return "unknown cart";
  const past = await loadStreamAt(eventStore.read, eventStore.carts, { aggregateId: id, version, signal }, page);
  if (past === undefined) return "unknown version";
  const { state: cart, last } = past;
  if (cart.status === "NONE") throw new StreamDamagedError("NOT_APPLICABLE", creation, version, "its events make no cart");
  return {
    id,
    tenantId: cart.tenantId,
    userId: cart.userId,
    status: cart.status,
    currency: cart.currency,
    itemsAmount: itemsAmount(cart),
    adjustments: cart.adjustments,
    areAdjustmentsStale: cart.areAdjustmentsStale,
    itemCount: itemCount(cart),
    lineCount: cart.lines.size,
    orderId: cart.status === "CLOSED" ? cart.orderId : null,
    mergedInto: cart.status === "MERGED" ? cart.mergedInto : null,
    abandonedAt: cart.wasAbandoned ? await readLastAbandonment(eventStore, id, version) : null,
    attributes: cart.attributes,
    version,
    createdAt: creation.occurredAt,
    updatedAt: last.occurredAt,
    items: [...cart.lines.values()].toSorted((a, b) => a.position - b.position),
  };
};

const abandoned: CartEvent["type"] = "CartAbandoned";

/** When the cart was last abandoned, up to a version: the state of a cart has no times. */
const readLastAbandonment = async (eventStore: StoredCarts, aggregateId: string, upTo: number): Promise<Date | null> => {
  const last = await readLastOfType(eventStore.read, eventStore.carts, { aggregateId, type: abandoned, upTo });
  return last?.occurredAt ?? null;
};
