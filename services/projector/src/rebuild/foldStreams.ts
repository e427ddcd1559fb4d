import { cartAggregateType } from "@cart/domain";
import { bytesToUuid, run, uuidToBytes, withConnection } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import type { DeadLetterCode } from "../deadLetters/deadLetter.ts";
import { noCart, type ProjectedCart } from "../projection/projectedCart.ts";
import { isUnprojectable, projectEvent } from "../projection/projectEvent.ts";

/** What the events of one cart in the event store make of it. */
export type FoldedCart = {
  readonly id: string;
  readonly projected: ProjectedCart;
  /** The first event that this program cannot project: `projected` is the cart before it. */
  readonly problem: { readonly version: number; readonly reason_code: DeadLetterCode; readonly reason: string } | undefined;
};

type EventRow = RowDataPacket & {
  readonly aggregate_id: Buffer;
  readonly version: number;
  readonly event_type: string;
  readonly schema_version: number;
  readonly event_data: unknown;
  readonly created_at: Date;
};

const columns = "aggregate_id, version, event_type, schema_version, event_data, created_at";

const fold = (cart: FoldedCart, row: EventRow): FoldedCart => {
  if (cart.problem !== undefined) return cart;
  const { version, event_type: type, schema_version: schemaVersion, event_data: data, created_at: occurredAt } = row;
  try {
    return { ...cart, projected: projectEvent(cart.projected, { version, occurredAt, event: { type, schemaVersion, data } }) };
  } catch (error) {
    if (!isUnprojectable(error)) throw error;
    return { ...cart, problem: { version, reason_code: error.code, reason: error.message } };
  }
};

const foldPage = (rows: readonly EventRow[], carried: FoldedCart | undefined): FoldedCart[] => {
  const carts: FoldedCart[] = carried === undefined ? [] : [carried];
  let last: Buffer | undefined;
  for (const row of rows) {
    const isSame = last === undefined ? carried?.id === bytesToUuid(row.aggregate_id) : last.equals(row.aggregate_id);
    const cart = isSame ? carts.pop() : undefined;
    carts.push(fold(cart ?? { id: bytesToUuid(row.aggregate_id), projected: noCart, problem: undefined }, row));
    last = row.aggregate_id;
  }
  return carts;
};

export type FoldedPage = {
  /** Whole carts, by id: all with an id after those of the page before and up to `through`. */
  readonly carts: readonly FoldedCart[];
  /** Undefined on the last page, which has all that are left. */
  readonly through: string | undefined;
  /** How many were read for this page. */
  readonly events: number;
};

/**
 * Every cart of the event store, in the order of their ids, so that each is written
 * once and where the one before it was. A cart that changes while this runs is in the
 * result with one of its versions; a cart that appears behind the reader is not.
 *
 * The next page is read while the caller works on this one.
 */
export async function* foldAllStreams(eventStore: Pool, { pageSize = 10_000 } = {}): AsyncGenerator<FoldedPage> {
  const start: Position = { id: Buffer.alloc(0), version: 0 };
  let next = attempt(readPage(eventStore, start, pageSize));
  let carried: FoldedCart | undefined;
  for (;;) {
    const rows = await next.result();
    const last = rows.length < pageSize ? undefined : rows.at(-1);
    if (last !== undefined) next = attempt(readPage(eventStore, { id: last.aggregate_id, version: last.version }, pageSize));
    const carts = foldPage(rows, carried);
    if (last === undefined) {
      yield { carts, through: undefined, events: rows.length };
      return;
    }
    // The last one may have more events on the next page.
    carried = carts.pop();
    yield { carts, through: carts.at(-1)?.id ?? "", events: rows.length };
  }
}

/** A promise that fails while nobody waits for it yet ends no process. */
const attempt = <T>(work: Promise<T>): { readonly result: () => Promise<T> } => {
  work.catch(() => undefined);
  return { result: () => work };
};

type Position = { readonly id: Buffer; readonly version: number };

const readPage = (eventStore: Pool, after: Position, limit: number): Promise<EventRow[]> =>
  withConnection(eventStore, (connection) =>
    run<EventRow[]>(
      connection,
      `SELECT ${columns} FROM events FORCE INDEX (events_stream)
       WHERE aggregate_type = ? AND (aggregate_id > ? OR (aggregate_id = ? AND aggregate_type = ? AND version > ?))
       ORDER BY aggregate_id, aggregate_type, version LIMIT ?`,
      [cartAggregateType, after.id, after.id, cartAggregateType, after.version, limit],
    ),
  );

const streamsAtOnce = 200;

/** The carts with these ids as the event store has them at this moment, those without an event left out. */
export const foldStreams = async (eventStore: Pool, ids: readonly string[]): Promise<FoldedCart[]> => {
  const carts: FoldedCart[] = [];
  for (let begin = 0; begin < ids.length; begin += streamsAtOnce) {
    const rows = await withConnection(eventStore, (connection) =>
      run<EventRow[]>(
        connection,
        `SELECT ${columns} FROM events WHERE aggregate_id IN (?) AND aggregate_type = ? ORDER BY aggregate_id, version`,
        [ids.slice(begin, begin + streamsAtOnce).map(uuidToBytes), cartAggregateType],
      ),
    );
    carts.push(...foldPage(rows, undefined));
  }
  return carts;
};
