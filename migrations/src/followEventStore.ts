import type { RowDataPacket } from "mysql2/promise";
import { connectionOf, onServer } from "./migrator.ts";

type IdRow = RowDataPacket & { readonly id: Buffer };

/**
 * Writes the id of the event store into a database that is made of its events, unless the database has one. Returns false if the
 * database follows another event store: it stays as it is, because only a rebuild brings it in line with this one.
 */
export const followEventStore = async (eventStoreUrl: string, followerUrl: string): Promise<boolean> => {
  const eventStore = connectionOf(eventStoreUrl);
  const follower = connectionOf(followerUrl);
  const own = await onServer(eventStore, async (connection) => {
    const [[row]] = await connection.query<IdRow[]>("SELECT id FROM event_store_identity ORDER BY number DESC LIMIT 1");
    return row?.id;
  });
  if (own === undefined) throw new Error("event_store_identity is empty: migrate the event store down by one migration and up again");
  return onServer(follower, async (connection) => {
    await connection.query(
      "INSERT IGNORE INTO followed_event_store (number, id) SELECT 1, ? FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM followed_event_store)",
      [own],
    );
    const [[row]] = await connection.query<IdRow[]>("SELECT id FROM followed_event_store ORDER BY number DESC LIMIT 1");
    return row?.id.equals(own) === true;
  });
};
