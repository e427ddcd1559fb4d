import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Connection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { connectionOf, onServer } from "./migrator.ts";
import { recallErasures } from "./recallErasures.ts";

export type NewHistoryUrls = {
  readonly eventstore: string;
  readonly readmodel: string;
  readonly abandonment: string;
  /** The key store, which knows who was erased since the backup; `undefined` without keys. */
  readonly keystore?: string | undefined;
};

export type NewHistory = {
  /** The event store's new id. */
  readonly id: string;
  /** The number of events that are published again. */
  readonly events: number;
};

/** Rows of one transaction. */
const rowsAtOnce = 5_000;

/**
 * Brings topics, read model and timers in line with an event store that lost events and was restored. The event store gets a new
 * id, and all of its events are put into the outbox. The relays publish them under the new id, and the consumers, which follow it
 * from now on, skip what was published under the former ids. The event store learns former ids from read model and timers. Both are
 * emptied, and filled from the topics. So are subscribers: of a stream that is in the archive, the outbox gets the message that says
 * so, and it gets no event of a stream whose removal had begun. The event store learns of the erasures since its backup.
 *
 * No service may run. If it is interrupted at any moment, run it again: it begins with the first step, under another new id.
 */
export const beginNewHistory = async (urls: NewHistoryUrls, report: (step: string) => void = () => undefined): Promise<NewHistory> => {
  const id = randomUUID();
  if (urls.keystore !== undefined) {
    const { answers, keys } = await recallErasures({ eventstore: urls.eventstore, keystore: urls.keystore });
    report(`eventstore: ${answers} answers of erased shoppers are deleted, and ${keys} destroyed keys are recorded`);
  }
  const followed = [...(await followedIds(urls.readmodel)), ...(await followedIds(urls.abandonment))];
  const events = await onServer(connectionOf(urls.eventstore), async (connection) => {
    await untilNoRelay(connection, report);
    for (const former of followed) await addFormerId(connection, former);
    await connection.query("INSERT INTO event_store_identity (id) VALUES (UUID_TO_BIN(?))", [id]);
    for (const table of ["outbox", "outbox_blocks"]) await empty(connection, table);
    report("the outbox is empty");
    const archived = await fillWithEndings(connection);
    if (archived > 0) report(`${archived} messages of archived carts are in the outbox`);
    return fillOutbox(connection, report);
  });
  for (const follower of ["readmodel", "abandonment"] as const) {
    await onServer(connectionOf(urls[follower]), async (connection) => {
      for (const table of madeOfEvents[follower]) await empty(connection, table);
      await connection.query("INSERT INTO followed_event_store (id) VALUES (UUID_TO_BIN(?))", [id]);
    });
    report(`${follower} is empty and follows the event store ${id}`);
  }
  return { id, events };
};

type IdRow = RowDataPacket & { readonly id: Buffer };

/** Returns the ids of the event stores that a database has followed, in their order. */
const followedIds = (url: string): Promise<readonly Buffer[]> =>
  onServer(connectionOf(url), async (connection) => {
    const [rows] = await connection.query<IdRow[]>("SELECT id FROM followed_event_store ORDER BY number");
    return rows.map(({ id }) => id);
  });

/**
 * Makes an id one of the event store's former ids, unless it is one. A backup of before an earlier restore lacks the id of that restore,
 * and the consumer groups, which have it in their commits, would be those of another system.
 */
const addFormerId = async (connection: Connection, id: Buffer): Promise<void> => {
  await connection.query(
    "INSERT INTO event_store_identity (id) SELECT ? FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM event_store_identity WHERE id = ?)",
    [id, id],
  );
};

/** The tables whose rows follow from events. */
export const madeOfEvents = {
  readmodel: ["archived_milestones", "cart_items", "cart_milestones", "carts", "cart_abandoned_policies", "dead_letters"],
  abandonment: ["timers", "policies", "purchases", "reminder_slots"],
} as const;

type RelayRow = RowDataPacket & { readonly owner: string; readonly expiresAt: string; readonly leftMs: number };

/** Milliseconds. A relay that counts for longer has a clock or a lease that is not of this system. */
const longestRelayWaitMs = 120_000;

/**
 * Resolves when no relay counts as running. One that died, or that ran while the backup was made, does until its time is over, some
 * seconds later. Rejects as soon as one comes or renews its time: it runs, and would publish rows under the former id, or rows that are
 * about to be deleted.
 */
const untilNoRelay = async (connection: Connection, report: (step: string) => void): Promise<void> => {
  let seen: ReadonlyMap<string, string> | undefined;
  for (;;) {
    const [relays] = await connection.query<RelayRow[]>(
      `SELECT owner, CAST(expires_at AS CHAR) AS expiresAt, CAST(TIMESTAMPDIFF(MICROSECOND, NOW(6), expires_at) / 1000 AS SIGNED) AS leftMs
       FROM relay_members WHERE expires_at > NOW(6)`,
    );
    if (relays.length === 0) return;
    const runs = relays.filter(({ owner, expiresAt }) => seen !== undefined && seen.get(owner) !== expiresAt);
    if (runs.length > 0) throw new Error(`${runs.length} outbox-relay runs: stop every service first`);
    const leftMs = Math.max(...relays.map((relay) => relay.leftMs));
    const seconds = Math.ceil(leftMs / 1_000);
    if (leftMs > longestRelayWaitMs) throw new Error(`an outbox-relay counts as running for ${seconds} s: stop every service first`);
    if (seen === undefined) report(`an outbox-relay counts as running: wait ${seconds} s, to see whether it does`);
    seen ??= new Map(relays.map(({ owner, expiresAt }) => [owner, expiresAt]));
    await delay(Math.min(Math.max(leftMs, 10), 500));
  }
};

const empty = async (connection: Connection, table: string): Promise<void> => {
  for (;;) {
    const [{ affectedRows }] = await connection.query<ResultSetHeader>("DELETE FROM ?? LIMIT ?", [table, rowsAtOnce]);
    if (affectedRows < rowsAtOnce) return;
  }
};

const outboxColumns = "event_id, aggregate_id, aggregate_type, version, event_type, schema_version, event_data, metadata, created_at";

type ArchivedPage = RowDataPacket & { readonly last: Buffer | null };

/**
 * Puts the message of each archived stream into the outbox. Before any event: of a stream that was being restored, the events that are
 * stored by then are behind it, as a restore puts them. Resolves to the number of messages.
 */
const fillWithEndings = async (connection: Connection): Promise<number> => {
  let messages = 0;
  let after: Buffer = Buffer.alloc(0);
  for (;;) {
    const [[page]] = await connection.query<ArchivedPage[]>(
      `SELECT MAX(aggregate_id) AS last
       FROM (SELECT aggregate_id FROM archived_streams WHERE aggregate_id > ? ORDER BY aggregate_id LIMIT ?) page`,
      [after, rowsAtOnce],
    );
    if (page === undefined || page.last === null) return messages;
    const [{ affectedRows }] = await connection.query<ResultSetHeader>(
      `INSERT INTO outbox (${outboxColumns}, shard)
       SELECT event_id, aggregate_id, aggregate_type, version + 1, CONCAT(aggregate_type, 'Archived'), schema_version, event_data,
              JSON_OBJECT('causation_id', BIN_TO_UUID(event_id), 'correlation_id', BIN_TO_UUID(event_id)), archived_at,
              CRC32(aggregate_id) % 16
       FROM archived_streams WHERE aggregate_id > ? AND aggregate_id <= ? ORDER BY aggregate_id`,
      [after, page.last],
    );
    messages += affectedRows;
    after = page.last;
  }
};

type Page = RowDataPacket & { readonly last: number | null };

/** What is left of a stream that is being removed has no beginning. Its object has all of it. */
const isNoRemainder = `NOT EXISTS (SELECT 1 FROM archived_streams a
         WHERE a.aggregate_id = e.aggregate_id AND a.aggregate_type = e.aggregate_type AND a.state = 'REMOVING')`;

/** Puts all events into the outbox, in their order, as an append does. Resolves to their number. */
const fillOutbox = async (connection: Connection, report: (step: string) => void): Promise<number> => {
  let events = 0;
  let after = 0;
  for (;;) {
    const [[page]] = await connection.query<Page[]>(
      "SELECT MAX(id) AS last FROM (SELECT id FROM events WHERE id > ? ORDER BY id LIMIT ?) page",
      [after, rowsAtOnce],
    );
    if (page === undefined || page.last === null) return events;
    const [{ affectedRows }] = await connection.query<ResultSetHeader>(
      `INSERT INTO outbox (${outboxColumns}, shard)
       SELECT ${outboxColumns}, CRC32(aggregate_id) % 16
       FROM events e WHERE id > ? AND id <= ? AND ${isNoRemainder} ORDER BY id`,
      [after, page.last],
    );
    events += affectedRows;
    after = page.last;
    report(`${events} events are in the outbox`);
  }
};
