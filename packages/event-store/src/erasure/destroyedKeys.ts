import { bytesToUuid, type ReadRows, run, uuidToBytes, withConnection, withoutConflict } from "@cart/mysql";
import type { Pool, ResultSetHeader, RowDataPacket } from "mysql2/promise";

/** Keys that are read or recorded at once. */
const keysAtOnce = 1_000;

/** Records that keys of shoppers are destroyed, which their key store may forget. It may be called again. Resolves to the number of new ones. */
export const recordDestroyed = async (pool: Pool, keyIds: readonly string[]): Promise<number> => {
  let recorded = 0;
  for (let from = 0; from < keyIds.length; from += keysAtOnce) {
    const rows = keyIds.slice(from, from + keysAtOnce).map((keyId) => [uuidToBytes(keyId)]);
    const { affectedRows } = await withoutConflict(() =>
      withConnection(pool, (connection) => run<ResultSetHeader>(connection, "INSERT IGNORE INTO destroyed_keys (key_id) VALUES ?", [rows])),
    );
    recorded += affectedRows;
  }
  return recorded;
};

/** Returns the ids of the keys that were recorded, page by page. */
export async function* readDestroyed(read: ReadRows): AsyncGenerator<readonly string[]> {
  let after: Buffer = Buffer.alloc(0);
  for (;;) {
    const rows = await read<RowDataPacket & { readonly key_id: Buffer }>({
      sql: "SELECT key_id FROM destroyed_keys WHERE key_id > ? ORDER BY key_id LIMIT ?",
      values: [after, keysAtOnce],
    });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ key_id: id }) => bytesToUuid(id));
    after = last.key_id;
  }
}
