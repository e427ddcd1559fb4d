import { bytesToUuid, type ReadRows, uuidToBytes } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";

/**
 * Returns those of the carts (at least one) for which cart-abandonment has a timer, which it may act on at any moment. The table is
 * cart-abandonment's; nothing else of it is read here, because services do not depend on each other.
 */
export const findOpenTimers = async (read: ReadRows, cartIds: readonly string[]): Promise<ReadonlySet<string>> => {
  const rows = await read<RowDataPacket & { readonly cart_id: Buffer }>({
    sql: "SELECT cart_id FROM timers WHERE cart_id IN (?) AND due_at IS NOT NULL AND given_up_at IS NULL",
    values: [cartIds.map(uuidToBytes)],
  });
  return new Set(rows.map(({ cart_id: id }) => bytesToUuid(id)));
};
