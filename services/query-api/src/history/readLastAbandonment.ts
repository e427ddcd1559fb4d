import { cartAggregateType, type CartEvent } from "@cart/domain";
import { uuidToBytes } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";

const abandoned: CartEvent["type"] = "CartAbandoned";

/** When the cart was last abandoned, up to a version: the state of a cart has no times. */
export const readLastAbandonment = async (eventStore: ReadOnlyDatabase, cartId: string, upTo: number): Promise<Date | null> => {
  const [row] = await eventStore.query<RowDataPacket & { readonly created_at: Date }>(
    `SELECT created_at FROM events WHERE aggregate_id = ? AND aggregate_type = ? AND version <= ? AND event_type = ?
     ORDER BY version DESC LIMIT 1`,
    [uuidToBytes(cartId), cartAggregateType, upTo, abandoned],
  );
  return row?.created_at ?? null;
};
