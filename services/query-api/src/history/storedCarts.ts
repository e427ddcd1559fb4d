import type { Cart, CartCommand, CartEvent } from "@cart/domain";
import type { StoredAggregate } from "@cart/event-store";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";

/** The carts in the event store: where they are read, and how their events are opened and decoded. */
export type StoredCarts = Pick<ReadOnlyDatabase, "read"> & { readonly carts: StoredAggregate<Cart, CartCommand, CartEvent> };
