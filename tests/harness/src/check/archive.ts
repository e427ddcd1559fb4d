import { basename, dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { eventStoreTables } from "@cart/event-store/testing";
import { bytesToUuid, uuidToBytes } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import type { System } from "../system/system.ts";
import { objectKeys, type ObjectLine, readArchiveObject } from "./archiveObject.ts";
import { type EventRecord, openRecords, type StoredEvent, streamsOf } from "./eventStore.ts";
import type { Findings } from "./findings.ts";

/** A cart whose events are in the archive. */
export type ArchivedCart = {
  readonly cartId: string;
  /** Whether the event store has done all its work on it. */
  readonly isDone: boolean;
  readonly objectKey: string;
  /** The id of the message that says that it was archived. */
  readonly noticeId: string;
  /** What is wrong with its object. */
  readonly problem: string | undefined;
  readonly events: readonly StoredEvent[];
};

type ArchivedRecord = {
  readonly aggregate_id: string;
  readonly state: string;
  readonly version: number;
  readonly object_key: string;
  readonly event_id: string;
};

const archivedRecords = async ({ pool, databases }: Pick<System, "pool" | "databases">): Promise<readonly ArchivedRecord[]> =>
  (await eventStoreTables(pool, databases.eventStore).archived.rows()).map((row) => row as ArchivedRecord);

/** Returns the ids of the carts that are in the archive, or on the way there or back, by their state. */
export const readArchivedIds = async (system: Pick<System, "pool" | "databases">): Promise<ReadonlyMap<string, string>> =>
  new Map((await archivedRecords(system)).map(({ aggregate_id: id, state }) => [id, state]));

/** Reads every archived cart with its object. */
export const readArchive = async (system: System): Promise<readonly ArchivedCart[]> => {
  const found = [];
  for (const row of await archivedRecords(system)) {
    const { lines, problem } = await readArchiveObject(system.archiveFolder, row.object_key, row.version);
    found.push({ row, problem, records: lines.map((line) => recordOf(row.aggregate_id, line)) });
  }
  const opened = await openRecords(
    system,
    found.flatMap(({ records }) => records),
  );
  const streams = streamsOf(opened);
  return found.map(({ row, problem }) => ({
    cartId: row.aggregate_id,
    isDone: row.state === "ARCHIVED",
    objectKey: row.object_key,
    noticeId: row.event_id,
    problem,
    events: streams.get(row.aggregate_id) ?? [],
  }));
};

const recordOf = (cartId: string, line: ObjectLine): EventRecord => ({
  // Lines are in the order of the versions.
  id: line.version,
  event_id: bytesToUuid(Buffer.from(line.event_id, "hex")),
  aggregate_id: cartId,
  version: line.version,
  event_type: line.event_type,
  schema_version: line.schema_version,
  event_data: JSON.parse(line.event_data),
  metadata: JSON.parse(line.metadata) as EventRecord["metadata"],
  created_at: new Date(`${line.created_at.replace(" ", "T")}Z`),
});

/** Checks that each archived cart is whole in its object and nowhere else, and that every object has the beginning of its cart's stream. */
export const checkArchive = async (
  system: System,
  { stored, archived }: { readonly stored: readonly StoredEvent[]; readonly archived: readonly ArchivedCart[] },
  findings: Findings,
): Promise<void> => {
  for (const { cartId, isDone, objectKey, problem } of archived) {
    if (problem !== undefined) findings.add("lost", `cart ${cartId} is archived, but its object ${objectKey} ${problem}`);
    if (!isDone) findings.add("wrong", `cart ${cartId} is still on its way to the archive or back`);
  }
  if (archived.length > 0) {
    for (const left of await leftOf(system, archived)) findings.add("wrong", `${left} of archived carts are left`);
  }
  const streams = streamsOf([...stored, ...archived.flatMap(({ events }) => events)]);
  for (const key of await objectKeys(system.archiveFolder)) {
    const [cartId, version] = [basename(dirname(key)), Number.parseInt(basename(key), 10)];
    const { lines, problem } = await readArchiveObject(system.archiveFolder, key, version);
    if (problem !== undefined) findings.add("wrong", `the object ${key} ${problem}`);
    const stream = streams.get(cartId) ?? [];
    const isBeginning = lines.every((line, index) => isSameEvent(line, stream[index]));
    if (!isBeginning) findings.add("wrong", `the object ${key} does not have the beginning of its cart's stream`);
  }
};

const isSameEvent = (line: ObjectLine, event: StoredEvent | undefined): boolean =>
  event !== undefined &&
  bytesToUuid(Buffer.from(line.event_id, "hex")) === event.eventId &&
  line.version === event.version &&
  line.event_type === event.type &&
  isDeepStrictEqual(JSON.parse(line.event_data), event.storedData);

/** Says what the databases have of the carts. */
const leftOf = async (system: System, archived: readonly ArchivedCart[]): Promise<readonly string[]> => {
  const { pool, databases } = system;
  const ids = archived.map(({ cartId }) => cartId);
  const { events, snapshots, keys } = eventStoreTables(pool, databases.eventStore);
  const counts: [number, string][] = [
    [await events.count({ aggregate_id: ids }), "events"],
    [await snapshots.count({ aggregate_id: ids }), "snapshots"],
    [await keys.count({ aggregate_id: ids }), "answers"],
  ];
  const tables = [
    ["carts", databases.readModel, "id"],
    ["cart_items", databases.readModel, "cart_id"],
    ["cart_milestones", databases.readModel, "cart_id"],
    ["dead_letters", databases.readModel, "aggregate_id"],
    ...(databases.timers === undefined ? [] : [["timers", databases.timers, "cart_id"]]),
  ];
  for (const [table, database, column] of tables) {
    const [[row]] = await pool.query<(RowDataPacket & { readonly rows: number })[]>(
      "SELECT COUNT(*) AS `rows` FROM ??.?? WHERE ?? IN (?)",
      [database, table, column, ids.map(uuidToBytes)],
    );
    counts.push([row?.rows ?? 0, `rows of ${table}`]);
  }
  return counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
};
