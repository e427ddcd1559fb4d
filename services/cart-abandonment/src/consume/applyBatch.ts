import type { CartEvent } from "@cart/domain";
import { type StreamCategory, StreamDamagedError } from "@cart/event-store";
import { type ConsumedMessage, traceEvents } from "@cart/messaging";
import { fromPrimary, inTransaction, withoutConflict } from "@cart/mysql";
import { noTracer, type Tracer } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";
import { loadPolicies } from "../policies/loadPolicies.ts";
import { storePolicies } from "../policies/storePolicies.ts";
import { type Purchase, storePurchases } from "../shoppers/purchases.ts";
import { type CartProgress, followCart, type TimerEvent, unknownCart } from "../timers/cartProgress.ts";
import { lockTimers } from "../timers/lockTimers.ts";
import { scheduleLook, scheduleOf } from "../timers/schedule.ts";
import { type TimerChange, writeTimers } from "../timers/timerRows.ts";
import { readNewEvents } from "../work/readNewEvents.ts";
import { type Incoming, readMessages } from "./readMessages.ts";

export type AppliedBatch = {
  readonly incoming: readonly Incoming[];
  /** The number of carts whose timer was set, moved or ended. */
  readonly changed: number;
};

export type ApplyBatch = (messages: readonly ConsumedMessage[]) => Promise<AppliedBatch>;

export type ApplyBatchOptions = {
  /** The database of the timers. */
  readonly pool: Pool;
  readonly eventStore: Pool;
  readonly carts: StreamCategory<CartEvent>;
  readonly policyTopic: string;
  readonly now: () => Date;
  readonly tracer?: Tracer;
};

/**
 * Applies a batch of messages to the timers in one transaction: the whole batch or nothing.
 * A message moves its timer once, however often it is delivered and to however many
 * consumers. If it rejects, apply the same messages again.
 */
export const createApplyBatch =
  ({ pool, eventStore, carts, policyTopic, now, tracer = noTracer }: ApplyBatchOptions): ApplyBatch =>
  async (messages) => {
    const incoming = await readMessages(messages, { carts, policyTopic });
    const news = newsOf(incoming);
    const policyIds = new Set(incoming.flatMap((one) => (one.kind === "POLICY" ? [one.policyId] : [])));
    const purchases = await purchasesOf(incoming, eventStore, carts);

    const apply = async (): Promise<number> => {
      const policies = await loadPolicies(eventStore, [...policyIds]);
      return inTransaction(pool, async (connection) => {
        await storePolicies(connection, policies);
        const told = [...news].map(([cartId, { events }]) => ({ cartId, tenantId: followCart(unknownCart, events).progress.tenantId }));
        const { timers, policies: inForce } = await lockTimers(connection, told);
        const changes = [...news].flatMap(([cartId, { events, isIncomplete }]): TimerChange[] => {
          const timer = timers.get(cartId);
          const before = timer?.progress ?? unknownCart;
          const { progress, isBehind } = followCart(before, events);
          const claimedUntil = timer?.claimedUntil ?? null;
          if (isBehind || isIncomplete) return [{ cartId, progress, schedule: scheduleLook(progress, inForce, now()), claimedUntil }];
          if (isSame(before, progress)) return [];
          return [{ cartId, progress, schedule: scheduleOf(progress, inForce), claimedUntil }];
        });
        await writeTimers(connection, changes, (cartId) => !timers.has(cartId));
        await storePurchases(connection, purchases);
        return changes.length;
      });
    };
    const events = incoming.filter((one) => one.kind === "CART_EVENT");
    const changed = await traceEvents({ tracer, verb: "set timer by", events, work: () => withoutConflict(apply) });
    return { incoming, changed };
  };

/** Returns the purchases among the messages. The event store knows the carts' users, also of carts that have no timer any more. */
const purchasesOf = async (
  incoming: readonly Incoming[],
  eventStore: Pool,
  carts: StreamCategory<CartEvent>,
): Promise<readonly Purchase[]> => {
  const purchased = incoming.flatMap((one) =>
    one.kind === "CART_EVENT" && one.event.type === "CartPurchased"
      ? [{ cartId: one.envelope.aggregateId, progress: unknownCart, purchasedAt: one.event.occurredAt }]
      : [],
  );
  if (purchased.length === 0) return [];
  // What is missing is not looked for again.
  const found = await fromPrimary(eventStore, () => readNewEvents(eventStore, carts, purchased));
  return purchased.flatMap(({ purchasedAt }, index) => {
    const cart = found[index];
    // A damaged cart is reported by whoever has to change it. Its user keeps the reminders of other carts.
    if (cart === undefined || cart instanceof StreamDamagedError) return [];
    const { tenantId, userId } = cart.progress;
    return tenantId === undefined || userId === undefined ? [] : [{ tenantId, userId, purchasedAt }];
  });
};

type News = {
  readonly events: TimerEvent[];
  /** Whether a message of the cart could not be read. */
  isIncomplete: boolean;
};

const newsOf = (incoming: readonly Incoming[]): ReadonlyMap<string, News> => {
  const news = new Map<string, News>();
  const of = (cartId: string): News => {
    const known = news.get(cartId) ?? { events: [], isIncomplete: false };
    news.set(cartId, known);
    return known;
  };
  for (const one of incoming) {
    if (one.kind === "CART") of(one.cartId).isIncomplete = true;
    if (one.kind === "CART_EVENT") of(one.envelope.aggregateId).events.push(one.event);
  }
  return news;
};

const isSame = (before: CartProgress, after: CartProgress): boolean =>
  before.version === after.version && before.tenantId === after.tenantId;
