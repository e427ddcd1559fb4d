import { bytesToUuid, run, uuidToBytes } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";

/** Those of the carts that have a dead letter. Asked after the carts are locked, so that another projector cannot park one in between. */
export const parkedCarts = async (connection: PoolConnection, ids: readonly string[]): Promise<Set<string>> => {
  if (ids.length === 0) return new Set();
  const rows = await run<(RowDataPacket & { readonly aggregate_id: Buffer })[]>(
    connection,
    "SELECT DISTINCT aggregate_id FROM dead_letters WHERE aggregate_id IN (?)",
    [ids.map(uuidToBytes)],
  );
  return new Set(rows.map(({ aggregate_id }) => bytesToUuid(aggregate_id)));
};
