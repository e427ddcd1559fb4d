import { cartAggregateType, pseudonymOf } from "@cart/domain";
import { foldStreams, hasPlainEvents, isSealed } from "@cart/event-store";
import { bytesToUuid, fromPrimary, inTransaction, readRowsFrom, run, uuidToBytes, withConnection, withoutConflict } from "@cart/mysql";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import type { StoredHeader } from "../deadLetters/storedMessage.ts";
import { projectionOf, type Projections } from "../projection/projection.ts";
import { pageOf } from "../rebuild/foldLimits.ts";
import { RebuildRefusedError, withRebuildSession } from "../rebuild/rebuildSession.ts";
import { liveName, replaceRows, rowsOf, tablesOf } from "../rebuild/storeRows.ts";
import { dropTables } from "../rebuild/swapTables.ts";
import { passGate } from "../writerGate.ts";

export type ShopperErasure = {
  readonly eventStore: Pool;
  readonly readModel: Pool;
  /** They open events with keys that were read after the shopper's keys were destroyed. */
  readonly projections: Projections;
  readonly tenantId: string;
  readonly userId: string;
  /** The shopper's keys that were destroyed. */
  readonly keyIds: readonly string[];
  /** The carts of the shopper that are known already, also those that have another owner by now. */
  readonly carts: readonly string[];
  /** Records carts of the shopper. Called before anything that tells so is overwritten. */
  readonly found: (carts: readonly string[]) => Promise<void>;
  /** Whether no process has a key of the shopper any more. */
  readonly isLast: boolean;
  readonly signal: AbortSignal;
};

/** What an erasure waits for. */
const erasureWaits = { sealing: "command-api seal-stored", rebuild: "the end of projector rebuild" } as const;

/**
 * Overwrites a shopper in the read model: each cart gets the rows that a rebuild makes of its events, and its dead letters go. Resolves to what
 * the erasure has to wait for, or `undefined` if nothing tells any more who the shopper was. Carts that the same user began after the keys
 * were destroyed for the last time are a new person's and stay. It may be cut short and called again.
 */
export const eraseShopper = async (erasure: ShopperErasure): Promise<string | undefined> => {
  const { eventStore, readModel, carts, isLast, signal } = erasure;
  const folded = new Set<string>();
  const fold = async (ids: Iterable<string>): Promise<void> => {
    for (const id of ids) {
      signal.throwIfAborted();
      await foldAgain(erasure, id);
      folded.add(id);
    }
  };
  // The projector may have brought a cart since the keys were destroyed.
  const owners = [erasure.userId, ...erasure.keyIds.map(pseudonymOf)];
  const owned = await cartsOf(erasure, owners);
  await erasure.found(owned);
  await fold(new Set([...owned, ...carts]));
  if (!isLast) return undefined;
  if (!(await dropLeftTables(readModel, erasure.projections, signal))) return erasureWaits.rebuild;
  // The projector may have brought others meanwhile.
  const others = (await cartsOf(erasure, owners)).filter((id) => !folded.has(id));
  await erasure.found(others);
  await fold(others);
  for (const id of await cartsOf(erasure, [erasure.userId])) {
    // An event in plain text still says who the shopper was. A cart without one has a key that was made after the last pass on the keys.
    if (await hasPlainEvents(readRowsFrom(eventStore), cartAggregateType, id)) return erasureWaits.sealing;
  }
  return undefined;
};

const cartsOf = async (
  { readModel, tenantId }: Pick<ShopperErasure, "readModel" | "tenantId">,
  owners: readonly string[],
): Promise<string[]> => {
  const rows = await withConnection(readModel, (connection) =>
    run<(RowDataPacket & { readonly id: Buffer })[]>(connection, "SELECT id FROM carts WHERE tenant_id = ? AND user_id IN (?)", [
      tenantId,
      owners,
    ]),
  );
  return rows.map(({ id }) => bytesToUuid(id));
};

/** Replaces the cart's rows by its fold up to the first event that cannot be projected, in one transaction. */
const foldAgain = ({ eventStore, readModel, projections }: ShopperErasure, id: string): Promise<void> =>
  withoutConflict(() =>
    inTransaction(readModel, async (connection) => {
      const { tables, lockVersion, folder } = projectionOf(projections, cartAggregateType);
      await passGate(connection);
      const before = await lockVersion(connection, id);
      const folded = await fromPrimary(eventStore, () => foldStreams(readRowsFrom(eventStore), folder, [id], pageOf()));
      // A cart that no message has brought yet stays for the projector.
      if (before > 0) await replaceRows(connection, tables, liveName, { ids: [id], rows: rowsOf(folded) });
      const isWhole = before > 0 && folded.every(({ problem }) => problem === undefined);
      await clearDeadLetters(connection, uuidToBytes(id), isWhole);
    }),
  );

type LetterRow = RowDataPacket & { readonly id: number; readonly value: Buffer | null; readonly headers: readonly StoredHeader[] };

const removed = "removed by an erasure";

/**
 * Deletes the dead letters of a cart whose rows have every event. Of any other cart, a message that is sealed stays, so that it can be
 * retried, and one in plain text keeps nothing but its place. A reason may quote a message.
 */
const clearDeadLetters = async (connection: PoolConnection, id: Buffer, isWhole: boolean): Promise<void> => {
  const own = [cartAggregateType, id];
  if (isWhole) {
    await run(connection, "DELETE FROM dead_letters WHERE aggregate_type = ? AND aggregate_id = ?", own);
    return;
  }
  const rows = await run<LetterRow[]>(
    connection,
    "SELECT id, value, headers FROM dead_letters WHERE aggregate_type = ? AND aggregate_id = ? FOR UPDATE",
    own,
  );
  for (const row of rows) {
    if (isSealed(jsonIn(row.value))) await run(connection, "UPDATE dead_letters SET reason = ? WHERE id = ?", [removed, row.id]);
    else
      await run(connection, "UPDATE dead_letters SET reason = ?, message_key = NULL, headers = '[]', value = NULL WHERE id = ?", [
        removed,
        row.id,
      ]);
  }
};

/** `undefined` for a value that is not JSON. */
const jsonIn = (value: Buffer | null): unknown => {
  try {
    return JSON.parse(value?.toString("utf8") ?? "");
  } catch {
    return undefined;
  }
};

/** Drops the tables that an interrupted rebuild left. Resolves to false while a rebuild is running: it may swap in rows of before. */
const dropLeftTables = async (readModel: Pool, projections: Projections, signal: AbortSignal): Promise<boolean> => {
  try {
    await withRebuildSession(readModel, signal, (session) => dropTables(session, readModel, tablesOf(projections)));
    return true;
  } catch (error) {
    if (error instanceof RebuildRefusedError) return false;
    throw error;
  }
};
