import {
  archivedData,
  type Cart,
  type CartCommand,
  type CartEvent,
  cartEventCodec,
  type CartPast,
  isFinished,
  noPast,
  withEvent,
} from "@cart/domain";
import {
  type ArchiveOutcome,
  archiveStream,
  type ArchiveStorage,
  createStreamFolder,
  findIdleStreams,
  findUnpublished,
  finishRemovals,
  foldStreams,
  newEventId,
  type StoredAggregate,
  type StreamDamagedError,
  waitsForSealing,
} from "@cart/event-store";
import { type ReadRows, readRowsFrom } from "@cart/mysql";
import type { Pool } from "mysql2/promise";
import type { Retention } from "./retention.ts";

/** Why a cart that is due stays where it is until a later run. */
type Reason = Exclude<ArchiveOutcome, "archived"> | "has dead letters" | "has a timer" | "damaged";

export type ArchiveProgress =
  | { readonly step: "finished removals"; readonly carts: number }
  | { readonly step: "due"; readonly cart_id: string; readonly tenant_id: string; readonly status: string; readonly events: number }
  | { readonly step: "left"; readonly cart_id: string; readonly reason: Reason }
  | { readonly step: "archived"; readonly carts: number; readonly events: number };

export type ArchiveCartsOptions = {
  readonly pool: Pool;
  readonly storage: ArchiveStorage;
  readonly carts: StoredAggregate<Cart, CartCommand, CartEvent>;
  readonly retention: Retention;
  /** Returns those of the carts for which something waits outside the event store, by the reason. */
  readonly findWaiting: (cartIds: readonly string[]) => Promise<Readonly<Partial<Record<Reason, ReadonlySet<string>>>>>;
  readonly report: (progress: ArchiveProgress) => void;
  readonly signal: AbortSignal;
  /** Tells what would be archived, and changes nothing. */
  readonly dryRun: boolean;
  /** Upper limit of archived carts. */
  readonly limit: number;
};

export type ArchiveResult = {
  readonly archived: number;
  readonly events: number;
  readonly left: Readonly<Partial<Record<Reason, number>>>;
};

/** Carts that are archived at once: while one is written to the storage, another is removed. */
const concurrency = 4;

/** Events that are folded at once, and their bytes. */
const page = { maxEvents: 5_000, maxBytes: 4_194_304 };

/**
 * Archives the carts that are due. It may be interrupted at any moment and is run again: it first ends what a killed run has left. Two
 * runs at once do no harm. A cart that something waits for is left to a later run.
 */
export const archiveCarts = async (options: ArchiveCartsOptions): Promise<ArchiveResult> => {
  const { pool, carts, retention, report, signal, dryRun, limit } = options;
  const read = readRowsFrom(pool);
  const left: Partial<Record<Reason, number>> = {};
  let [archived, events] = [0, 0];
  if (!dryRun) {
    const finished = await finishRemovals(pool, carts.type, signal);
    if (finished > 0) report({ step: "finished removals", carts: finished });
  }
  if (retention.latest === undefined) return { archived, events, left };
  for await (const ids of findIdleStreams(read, carts.type, retention.latest)) {
    const due = (await judge(read, options, ids)).slice(0, limit - archived);
    const reasons = due.length === 0 ? new Map<string, Reason>() : await reasonsToWait(read, options, due);
    await eachAtOnce(due, async (cart) => {
      signal.throwIfAborted();
      const outcome = await archiveOne(options, cart, reasons.get(cart.id));
      if (outcome === "archived") {
        archived += 1;
        events += cart.version;
      } else {
        left[outcome] = (left[outcome] ?? 0) + 1;
        report({ step: "left", cart_id: cart.id, reason: outcome });
      }
    });
    if (due.length > 0 && !dryRun) report({ step: "archived", carts: archived, events });
    if (archived >= limit) break;
  }
  return { archived, events, left };
};

/** Does the work for all carts, for `concurrency` of them at once. After a failure it begins no further cart, and rejects when it has ended. */
const eachAtOnce = async (carts: readonly DueCart[], work: (cart: DueCart) => Promise<void>): Promise<void> => {
  const queue = carts.values();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const cart of queue) {
      if (failures.length > 0) return;
      await work(cart).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  if (failures.length > 0) throw failures[0];
};

type DueCart = {
  readonly id: string;
  readonly version: number;
  readonly past: CartPast;
  readonly tenantId: string;
  readonly damage: StreamDamagedError | undefined;
};

/** Returns those of the carts that their tenants' policies let go. */
const judge = async (read: ReadRows, { carts, retention }: ArchiveCartsOptions, ids: readonly string[]): Promise<readonly DueCart[]> => {
  const folder = createStreamFolder<CartEvent, DueCart | undefined>(carts, (id) => {
    let [past, version] = [noPast, 0];
    return {
      add: ({ event, occurredAt, version: next }) => {
        past = withEvent(past, event, occurredAt);
        version = next;
      },
      end: (damage) => (past.cart.status === "NONE" ? undefined : { id, version, past, tenantId: past.cart.tenantId, damage }),
    };
  });
  const judged = await foldStreams(read, folder, ids, page);
  return judged
    .filter((cart) => {
      const cutoff = cart === undefined ? undefined : retention.cutoffOf(cart.tenantId);
      return cart !== undefined && cutoff !== undefined && isFinished(cart.past.cart) && cart.past.lastEventAt < cutoff;
    })
    .filter((cart) => cart !== undefined);
};

const reasonsToWait = async (
  read: ReadRows,
  { carts, findWaiting }: ArchiveCartsOptions,
  due: readonly DueCart[],
): Promise<ReadonlyMap<string, Reason>> => {
  const ids = due.map(({ id }) => id);
  const waiting = { unpublished: await findUnpublished(read, carts.type, ids), ...(await findWaiting(ids)) };
  const damaged = due.flatMap(({ id, damage }): [string, Reason][] => (damage === undefined ? [] : [[id, "damaged"]]));
  const others = Object.entries(waiting).flatMap(([reason, found]) => [...found].map((id): [string, Reason] => [id, reason as Reason]));
  return new Map([...others, ...damaged]);
};

const archiveOne = async (
  { pool, storage, carts, report, dryRun }: ArchiveCartsOptions,
  { id, version, past, tenantId }: DueCart,
  reason: Reason | undefined,
): Promise<Reason | "archived"> => {
  if (reason !== undefined) return reason;
  if (dryRun) {
    report({ step: "due", cart_id: id, tenant_id: tenantId, status: past.cart.status, events: version });
    return "archived";
  }
  const eventId = newEventId();
  return archiveStream(pool, storage, {
    aggregateType: carts.type,
    aggregateId: id,
    tenantId,
    version,
    accepts: (events) => !waitsForSealing(carts, events),
    notice: {
      eventId,
      type: "CartArchived",
      schemaVersion: cartEventCodec.currentVersion("CartArchived"),
      dataOf: (objectKey) => archivedData(past, { objectKey, events: version }),
      metadata: { correlation_id: eventId, causation_id: eventId },
      at: new Date(),
    },
  });
};
