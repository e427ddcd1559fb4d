import type { Pool, RowDataPacket } from "mysql2/promise";
import { run } from "./run.ts";
import { withConnection } from "./transaction.ts";
import { bytesToUuid, uuidToBytes } from "./uuidBytes.ts";

/**
 * Resolves to the ids of the event store that the database follows: the current id first, then former ones. The list is empty if
 * `migrate up all` has not written an id yet.
 */
export const readFollowedEventStores = (pool: Pool): Promise<readonly string[]> =>
  withConnection(pool, async (connection) => {
    const rows = await run<(RowDataPacket & { readonly id: Buffer })[]>(
      connection,
      "SELECT id FROM followed_event_store ORDER BY number DESC",
    );
    return rows.map(({ id }) => bytesToUuid(id));
  });

/** Lets the database follow the event store with this id from now on. */
export const followEventStore = async (pool: Pool, id: string): Promise<void> => {
  const [current] = await readFollowedEventStores(pool);
  if (current === id) return;
  await withConnection(pool, (connection) => run(connection, "INSERT INTO followed_event_store (id) VALUES (?)", [uuidToBytes(id)]));
};
