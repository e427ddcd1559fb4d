import { randomUUID } from "node:crypto";
import type { Owner } from "@cart/domain";
import { bytesToUuid, inTransaction, isDuplicateKey, run, uuidToBytes, withConnection, withoutConflict } from "@cart/mysql";
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { destroyedKeys, forgetDestroyed, nameOfErasure, openLookupKey } from "../keyStore.ts";
import type { MasterKeys } from "../masterKeys.ts";
import { shopperHash } from "../shopper.ts";
import { type ErasurePass, type ErasurePlace, erasurePlaces, type ErasureReceipt, type ErasureStep, type OpenErasure } from "./erasure.ts";

export type ErasureRequest = Owner & {
  /** Who asks, for the receipt. It must not be the shopper. */
  readonly requestedBy: string | null;
  /** Milliseconds within which the erasure has to be complete. */
  readonly withinMs: number;
};

export type ErasureCounts = { readonly open: number; readonly overdue: number };

/** The last erasure of a page. */
export type OpenCursor = { readonly requestedAt: string; readonly erasureId: Buffer };

export type OpenPage = {
  /** The time of the server. */
  readonly now: Date;
  readonly erasures: readonly OpenErasure[];
  /** `undefined` behind the last page. */
  readonly next: OpenCursor | undefined;
};

/** Erasures that are read at once: their user ids are decrypted one by one. */
const erasuresPerPage = 100;

/** The journal of the erasures of a key store. Every change is durable when its promise resolves, and may be made again. */
export type ErasureJournal = {
  /** Begins an erasure. While one of the same person is under way, it is returned instead. */
  readonly request: (request: ErasureRequest) => Promise<ErasureReceipt>;
  readonly find: (erasureId: string) => Promise<ErasureReceipt | undefined>;
  /** Returns a page of the erasures that are under way, the oldest first; with `after`, the page behind the one that had it as `next`. */
  readonly open: (after?: OpenCursor) => Promise<OpenPage>;
  readonly passed: (erasureId: string, place: ErasurePlace, pass: ErasurePass) => Promise<void>;
  /** Records what keeps a place from its next pass. */
  readonly waits: (erasureId: string, place: ErasurePlace, waitsFor: string) => Promise<void>;
  /** Records carts of the person, before anything that tells so is cleared. */
  readonly addStreams: (erasureId: string, aggregateIds: readonly string[]) => Promise<void>;
  readonly streams: (erasureId: string) => Promise<readonly string[]>;
  /** Returns the carts that the person had before others claimed them. */
  readonly claimedStreams: (shopper: Buffer) => Promise<readonly string[]>;
  /** Returns the person's keys that were destroyed. A cart that the view gets afterwards has an owner who is named by one of them. */
  readonly destroyedKeys: (shopper: Buffer) => Promise<readonly string[]>;
  /** Completes an erasure whose places have all passed twice, and forgets who it was about. Resolves to whether it is complete. */
  readonly complete: (erasureId: string) => Promise<boolean>;
  readonly count: () => Promise<ErasureCounts>;
};

/** Opens the journal in the key store of the pool. */
export const createErasureJournal = (pool: Pool, masterKeys: MasterKeys, pageSize = erasuresPerPage): ErasureJournal => ({
  request: (request) => requestErasure(pool, masterKeys, request),
  find: (erasureId) => withConnection(pool, (connection) => findErasure(connection, "erasure_id", uuidToBytes(erasureId))),
  open: (after) => openErasures(pool, masterKeys, { after, pageSize }),
  passed: async (erasureId, place, pass) => {
    const column = pass === "first" ? "first_pass_at" : "second_pass_at";
    await change(
      pool,
      `UPDATE erasure_steps SET ${column} = COALESCE(${column}, NOW(6)), waits_for = NULL WHERE erasure_id = ? AND place = ?`,
      [uuidToBytes(erasureId), place],
    );
  },
  waits: (erasureId, place, waitsFor) =>
    change(pool, "UPDATE erasure_steps SET waits_for = ? WHERE erasure_id = ? AND place = ?", [
      waitsFor.slice(0, 64),
      uuidToBytes(erasureId),
      place,
    ]),
  addStreams: async (erasureId, aggregateIds) => {
    if (aggregateIds.length === 0) return;
    const rows = aggregateIds.map((id) => [uuidToBytes(erasureId), uuidToBytes(id)]);
    await change(pool, "INSERT IGNORE INTO erasure_streams (erasure_id, aggregate_id) VALUES ?", [rows]);
  },
  streams: (erasureId) => streamsIn(pool, "SELECT aggregate_id FROM erasure_streams WHERE erasure_id = ?", uuidToBytes(erasureId)),
  claimedStreams: (shopper) => streamsIn(pool, "SELECT aggregate_id FROM claimed_streams WHERE shopper = ?", shopper),
  destroyedKeys: (shopper) => destroyedKeys(pool, shopper),
  complete: (erasureId) => completeErasure(pool, uuidToBytes(erasureId)),
  count: () => countErasures(pool),
});

const change = (pool: Pool, sql: string, values: readonly unknown[]): Promise<void> =>
  withoutConflict(() => withConnection(pool, async (connection) => void (await run(connection, sql, values))));

const streamsIn = async (pool: Pool, sql: string, value: Buffer): Promise<readonly string[]> => {
  type Row = RowDataPacket & { readonly aggregate_id: Buffer };
  const rows = await withConnection(pool, (connection) => run<Row[]>(connection, sql, [value]));
  return rows.map(({ aggregate_id: id }) => bytesToUuid(id));
};

const requestErasure = async (
  pool: Pool,
  masterKeys: MasterKeys,
  { tenantId, userId, requestedBy, withinMs }: ErasureRequest,
): Promise<ErasureReceipt> => {
  const shopper = shopperHash(await openLookupKey(pool, masterKeys), { tenantId, userId });
  for (;;) {
    const erasureId = randomUUID();
    const { masterKeyId, wrapped } = await masterKeys.wrap(nameOfErasure(erasureId), Buffer.from(userId));
    const row = [uuidToBytes(erasureId), tenantId, requestedBy, withinMs * 1_000, shopper, masterKeyId, wrapped];
    const found = await insertErasure(pool, row).catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
      return withConnection(pool, (connection) => findErasure(connection, "shopper", shopper));
    });
    // The erasure that was under way may have been completed in between: then this is a new one.
    if (found !== undefined) return found;
  }
};

const insertErasure = (pool: Pool, row: readonly unknown[]): Promise<ErasureReceipt | undefined> =>
  inTransaction(pool, async (connection) => {
    const [id] = row;
    await run(
      connection,
      `INSERT INTO erasures (erasure_id, tenant_id, requested_by, due_at, shopper, master_key_id, wrapped)
       VALUES (?, ?, ?, NOW(6) + INTERVAL ? MICROSECOND, ?, ?, ?)`,
      row,
    );
    await run(connection, "INSERT INTO erasure_steps (erasure_id, place) VALUES ?", [erasurePlaces.map((place) => [id, place])]);
    return findErasure(connection, "erasure_id", id);
  });

type ErasureRow = RowDataPacket & {
  readonly erasure_id: Buffer;
  readonly tenant_id: string;
  readonly requested_by: string | null;
  readonly requested_at: Date;
  readonly due_at: Date;
  readonly completed_at: Date | null;
  readonly place: string;
  readonly first_pass_at: Date | null;
  readonly second_pass_at: Date | null;
  readonly waits_for: string | null;
};

const stepColumns = "s.place, s.first_pass_at, s.second_pass_at, s.waits_for";

const findErasure = async (
  connection: PoolConnection,
  column: "erasure_id" | "shopper",
  value: unknown,
): Promise<ErasureReceipt | undefined> => {
  const rows = await run<ErasureRow[]>(
    connection,
    `SELECT e.erasure_id, e.tenant_id, e.requested_by, e.requested_at, e.due_at, e.completed_at, ${stepColumns}
     FROM erasures e JOIN erasure_steps s ON s.erasure_id = e.erasure_id WHERE e.${column} = ?`,
    [value],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    erasureId: bytesToUuid(row.erasure_id),
    tenantId: row.tenant_id,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at,
    dueAt: row.due_at,
    completedAt: row.completed_at,
    steps: stepsOf(rows),
  };
};

type StepRow = Pick<ErasureRow, "place" | "first_pass_at" | "second_pass_at" | "waits_for">;

/** The steps in the order of the places. A place of another release is left out. */
const stepsOf = (rows: readonly StepRow[]): readonly ErasureStep[] =>
  erasurePlaces.flatMap((place) =>
    rows
      .filter((row) => row.place === place)
      .map((row) => ({ place, firstPassAt: row.first_pass_at, secondPassAt: row.second_pass_at, waitsFor: row.waits_for })),
  );

type OpenRow = RowDataPacket &
  StepRow & {
    readonly now: Date;
    /** As text, because a `Date` has no microseconds. */
    readonly requested_text: string;
    readonly erasure_id: Buffer;
    readonly tenant_id: string;
    readonly due_at: Date;
    readonly shopper: Buffer;
    readonly master_key_id: string;
    readonly wrapped: Buffer;
  };

const beforeAll: OpenCursor = { requestedAt: "1000-01-01 00:00:00", erasureId: Buffer.alloc(0) };

const openErasures = async (
  pool: Pool,
  masterKeys: MasterKeys,
  { after = beforeAll, pageSize }: { readonly after: OpenCursor | undefined; readonly pageSize: number },
): Promise<OpenPage> => {
  const rows = await withConnection(pool, (connection) =>
    run<OpenRow[]>(
      connection,
      `SELECT NOW(6) AS now, CAST(e.requested_at AS CHAR) AS requested_text, e.erasure_id, e.tenant_id, e.due_at, e.shopper, e.master_key_id,
         e.wrapped, ${stepColumns}
       FROM (SELECT * FROM erasures WHERE completed_at IS NULL AND requested_at >= ? AND (requested_at > ? OR erasure_id > ?)
             ORDER BY requested_at, erasure_id LIMIT ?) e
       JOIN erasure_steps s ON s.erasure_id = e.erasure_id ORDER BY e.requested_at, e.erasure_id`,
      [after.requestedAt, after.requestedAt, after.erasureId, pageSize],
    ),
  );
  const byId = new Map<string, OpenRow>(rows.map((row) => [bytesToUuid(row.erasure_id), row]));
  const erasures: OpenErasure[] = [];
  for (const [erasureId, { tenant_id: tenantId, due_at: dueAt, shopper, master_key_id: masterKeyId, wrapped }] of byId) {
    const userId = (await masterKeys.unwrap(nameOfErasure(erasureId), { masterKeyId, wrapped })).toString("utf8");
    const steps = stepsOf(rows.filter(({ erasure_id: id }) => bytesToUuid(id) === erasureId));
    erasures.push({ erasureId, tenantId, userId, dueAt, shopper, steps });
  }
  const last = erasures.length < pageSize ? undefined : rows.at(-1);
  return {
    now: rows[0]?.now ?? new Date(0),
    erasures,
    next: last === undefined ? undefined : { requestedAt: last.requested_text, erasureId: last.erasure_id },
  };
};

const completeErasure = (pool: Pool, erasureId: Buffer): Promise<boolean> =>
  withoutConflict(() =>
    inTransaction(pool, async (connection) => {
      type Row = RowDataPacket & { readonly shopper: Buffer | null; readonly missing: number };
      const [row] = await run<Row[]>(
        connection,
        `SELECT shopper, (SELECT COUNT(*) FROM erasure_steps s WHERE s.erasure_id = e.erasure_id AND s.second_pass_at IS NULL) AS missing
         FROM erasures e WHERE erasure_id = ? FOR UPDATE`,
        [erasureId],
      );
      if (row === undefined || row.missing > 0) return false;
      if (row.shopper === null) return true;
      await run(connection, "DELETE FROM erasure_streams WHERE erasure_id = ?", [erasureId]);
      await run(connection, "DELETE FROM claimed_streams WHERE shopper = ?", [row.shopper]);
      await forgetDestroyed(connection, row.shopper);
      const { affectedRows } = await run<ResultSetHeader>(
        connection,
        "UPDATE erasures SET completed_at = NOW(6), shopper = NULL, master_key_id = NULL, wrapped = NULL WHERE erasure_id = ?",
        [erasureId],
      );
      return affectedRows > 0;
    }),
  );

const countErasures = async (pool: Pool): Promise<ErasureCounts> => {
  type Row = RowDataPacket & { readonly open: number; readonly overdue: number };
  const [row] = await withConnection(pool, (connection) =>
    run<Row[]>(
      connection,
      "SELECT COUNT(*) AS open, COUNT(IF(due_at < NOW(6), 1, NULL)) AS overdue FROM erasures WHERE completed_at IS NULL",
    ),
  );
  return { open: row?.open ?? 0, overdue: row?.overdue ?? 0 };
};
