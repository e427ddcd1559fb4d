import { inTransaction, type ReadRows, readRowsFrom, withConnection } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { readEventStoreIds } from "../eventStoreIdentity.ts";
import { copyArchived, requireSettled, verifyArchived } from "../archive/moveArchived.ts";
import { copyStreams, requireUnsealed, type StreamKey, verifyStreams } from "./movedRows.ts";
import { withMoveLock } from "./moveLock.ts";
import { advanceMove, insertMove, lockGate, type MoveState, openTenant, readMoves } from "./tenantGate.ts";

export type MoveStep = {
  readonly step: "frozen" | "copied" | "verified" | "left" | "moved";
  readonly streams?: number;
  readonly events?: number;
};

export type MoveOptions = {
  /** The event store in which the tenant is, with the rights of an administrator. The pool has two connections at least. */
  readonly source: Pool;
  /** The event store to which it moves, with the rights of an administrator. */
  readonly target: Pool;
  readonly tenantId: string;
  /** Called after each step and each page of streams. The move waits for it; if it fails, the move stops there. */
  readonly report: (step: MoveStep) => void | Promise<void>;
};

/** Milliseconds. A page of long carts takes a while. */
const readTimeoutMs = 120_000;

/** Rows of `events` that are looked through at once for the tenant's streams, and streams that are copied at once. */
const rowsPerWindow = 200_000;
const streamsPerPage = 200;

/**
 * Moves a tenant with its history to another event store, and with what tells where its archived streams are. From the first step on both event stores refuse its commands; at the end
 * the target accepts them, and the source refuses them for ever. Each step is decided by what is stored, so it may be interrupted at
 * any moment and is run again to go on. No event that was acknowledged is left behind: the freeze waits for every open append.
 */
export const moveTenant = async ({ source, target, tenantId, report }: MoveOptions): Promise<void> => {
  const [[sourceId = ""], [targetId = ""]] = [await readEventStoreIds(source), await readEventStoreIds(target)];
  if (tenantId === "") throw new Error("expected the id of a tenant");
  if (sourceId === targetId) throw new Error("both URLs lead to the same event store, or to copies of one");
  await withMoveLock(source, tenantId, (assertHeld) => moveAlone({ source, target, tenantId, report }, { sourceId, targetId, assertHeld }));
};

type Moving = {
  readonly sourceId: string;
  readonly targetId: string;
  /** Throws unless this is still the only move of the tenant. */
  readonly assertHeld: () => Promise<void>;
};

const moveAlone = async ({ source, target, tenantId, report }: MoveOptions, { sourceId, targetId, assertHeld }: Moving): Promise<void> => {
  const read = [readRowsFrom(source, readTimeoutMs), readRowsFrom(target, readTimeoutMs)] as const;
  const left = { tenantId, otherId: targetId };
  const advance = async (to: MoveState, before: MoveState): Promise<void> => {
    await assertHeld();
    await inTransaction(source, (connection) => advanceMove(connection, { ...left, state: to }, before));
  };

  const state = await stateOf(source, left);
  if (state === "ARRIVING") throw new Error("the tenant is arriving in the source: finish that move first");
  if (state !== "MOVED") {
    if (state === undefined) await requireSettled(read[0], tenantId);
    if (state === undefined) for await (const streams of streamsOf(read[0], tenantId)) await requireUnsealed(read[0], streams);
    await closeTarget(target, read[1], { tenantId, otherId: sourceId });
    if (state === undefined) await close(source, { ...left, state: "FROZEN" });
    await report({ step: "frozen" });
    if (state !== "COPIED") {
      await copyAll(read[0], target, tenantId, report);
      await copyArchived(read[0], target, tenantId);
      await advance("COPIED", "FROZEN");
    }
    await verifyArchived(read, tenantId);
    await report({ step: "verified", ...(await verifyAll({ source, target }, read, tenantId)) });
    await advance("MOVED", "COPIED");
    await report({ step: "left" });
  }
  // The target opens last, so that never both accept the tenant's commands.
  if ((await stateOf(target, { tenantId, otherId: sourceId })) === "ARRIVING") {
    await inTransaction(target, (connection) => openTenant(connection, tenantId));
  }
  await report({ step: "moved" });
};

/**
 * Lets the source accept the tenant's commands again, unless the tenant has left. What was copied stays in the target, which refuses the
 * tenant. Throws while a process moves the tenant, because that process relies on the freeze.
 */
export const cancelMove = (source: Pool, tenantId: string): Promise<void> =>
  withMoveLock(source, tenantId, () =>
    inTransaction(source, async (connection) => {
      await lockGate(connection);
      const [move] = await readMoves(connection, [tenantId]);
      if (move === undefined || move.state === "MOVED" || move.state === "ARRIVING")
        throw new Error(`the tenant is ${move === undefined ? "not moving" : `${move.state} here`}: there is nothing to cancel`);
      await openTenant(connection, tenantId);
    }),
  );

/** Reads the state of the tenant's move. Throws if the tenant moves to or from another event store than the other one. */
const stateOf = async (
  pool: Pool,
  { tenantId, otherId }: { readonly tenantId: string; readonly otherId: string },
): Promise<MoveState | undefined> => {
  const [move] = await withConnection(pool, (connection) => readMoves(connection, [tenantId]));
  if (move !== undefined && move.otherId !== otherId)
    throw new Error(`the tenant is ${move.state} in a move with the event store ${move.otherId}`);
  return move?.state;
};

const close = (pool: Pool, move: { readonly tenantId: string; readonly otherId: string; readonly state: MoveState }): Promise<void> =>
  inTransaction(pool, async (connection) => {
    await lockGate(connection);
    const [existing] = await readMoves(connection, [move.tenantId]);
    if (existing !== undefined) throw new Error(`the tenant is ${existing.state} by now: run the command again`);
    await insertMove(connection, move);
  });

const closeTarget = async (target: Pool, read: ReadRows, from: { readonly tenantId: string; readonly otherId: string }): Promise<void> => {
  const state = await stateOf(target, from);
  if (state === "ARRIVING") return;
  if (state !== undefined)
    throw new Error(`the tenant is ${state} in the target: a tenant does not return to an event store that it has left`);
  for await (const streams of streamsOf(read, from.tenantId)) {
    if (streams.length > 0) throw new Error("the target has events of the tenant already, and they are not of this move");
  }
  await close(target, { ...from, state: "ARRIVING" });
};

type StreamRow = RowDataPacket & { readonly aggregate_id: Buffer; readonly aggregate_type: string };

/** Returns the streams of a tenant in the order of their creation, page by page. It looks through all events of the event store. */
async function* streamsOf(read: ReadRows, tenantId: string): AsyncGenerator<readonly StreamKey[]> {
  const [range] = await read<RowDataPacket & { readonly last: number | null }>({ sql: "SELECT MAX(id) AS last FROM events" });
  for (let from = 0; from < (range?.last ?? 0); from += rowsPerWindow) {
    const rows = await read<StreamRow>({
      // Compared byte by byte: to a collation two tenants may be alike.
      sql: `SELECT aggregate_id, aggregate_type FROM events WHERE id > ? AND id <= ? AND version = 1
         AND CAST(JSON_UNQUOTE(JSON_EXTRACT(event_data, '$.tenant_id')) AS BINARY) = CAST(? AS BINARY) ORDER BY id`,
      values: [from, from + rowsPerWindow, tenantId],
    });
    const streams = rows.map(({ aggregate_id: aggregateId, aggregate_type: aggregateType }) => ({ aggregateId, aggregateType }));
    for (let begin = 0; begin < streams.length; begin += streamsPerPage) yield streams.slice(begin, begin + streamsPerPage);
  }
}

const copyAll = async (read: ReadRows, target: Pool, tenantId: string, report: MoveOptions["report"]): Promise<void> => {
  let [streams, events] = [0, 0];
  for await (const page of streamsOf(read, tenantId)) {
    await requireUnsealed(read, page);
    events += await copyStreams(read, target, page);
    streams += page.length;
    await report({ step: "copied", streams, events });
  }
};

const verifyAll = async (
  pools: Pick<MoveOptions, "source" | "target">,
  read: readonly [ReadRows, ReadRows],
  tenantId: string,
): Promise<{ readonly streams: number; readonly events: number }> => {
  let [streams, events, copied] = [0, 0, 0];
  for await (const page of streamsOf(read[0], tenantId)) {
    events += await verifyStreams(pools, read, page);
    streams += page.length;
  }
  for await (const page of streamsOf(read[1], tenantId)) copied += page.length;
  if (copied !== streams) throw new Error(`the target has ${copied} streams of the tenant, and the source ${streams}`);
  return { streams, events };
};
