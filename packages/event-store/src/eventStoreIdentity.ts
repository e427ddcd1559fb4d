import { bytesToUuid, run, withConnection } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";

/** Resolves to the ids that tell this event store from those of other systems: the current id first, then its former ids. */
export const readEventStoreIds = (pool: Pool): Promise<readonly string[]> =>
  withConnection(pool, async (connection) => {
    const rows = await run<(RowDataPacket & { readonly id: Buffer })[]>(
      connection,
      "SELECT id FROM event_store_identity ORDER BY number DESC",
    );
    return rows.map(({ id }) => bytesToUuid(id));
  });
