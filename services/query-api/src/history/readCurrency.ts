import type { CartEvent } from "@cart/domain";
import { readLastOfType } from "@cart/event-store";
import type { Creation } from "./readCreation.ts";
import type { StoredCarts } from "./storedCarts.ts";

/** The currency that a cart had at a version: a cart may get another one while it is empty. Throws `StreamDamagedError`. */
export const readCurrency = async ({ read, carts }: StoredCarts, { aggregateId, event }: Creation, version: number): Promise<string> => {
  const range = { aggregateId, type: "CartCurrencyChanged", upTo: version } as const;
  const changed = (await readLastOfType<CartEvent>(read, carts, range))?.event;
  return changed?.type === "CartCurrencyChanged" ? changed.data.currency : event.data.currency;
};
