import type { Cart, CartCommand, CartEvent } from "@cart/domain";
import { CommandFailedError, type CommandHandler, type StreamCategory, StreamDamagedError } from "@cart/event-store";
import { type Logger, noTracer, type Tracer } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";
import type { TimerOutcome } from "../abandonmentMetrics.ts";
import type { Purchase } from "../shoppers/purchases.ts";
import type { Timer } from "../timers/timerRows.ts";
import { actOnCart, type DecidedCart, type DueCart } from "./actOnCart.ts";
import { decideCarts } from "./decideCarts.ts";
import { isMissing, settleMissing } from "./missingCart.ts";
import { readNewEvents } from "./readNewEvents.ts";
import { releaseTimers, type Settled, settleTimers } from "./settleTimers.ts";
import { timerClaims } from "./timerClaims.ts";

export type WorkOffOptions = {
  /** The database of the timers. */
  readonly pool: Pool;
  readonly eventStore: Pool;
  readonly carts: StreamCategory<CartEvent>;
  readonly handler: CommandHandler<Cart, CartCommand, CartEvent>;
  readonly now: () => Date;
  /** The maximum number of timers in one batch, which bounds the memory. */
  readonly limit: number;
  /** Milliseconds for which a timer stays claimed if its worker does not release it. */
  readonly leaseMs: number;
  readonly logger: Logger;
  readonly tracer?: Tracer;
  readonly onOutcome?: (outcome: TimerOutcome) => void;
};

/**
 * Claims a batch of due timers, brings their carts up to date, does what each cart
 * needs, and ends the claims. Resolves to the number of timers that it claimed.
 *
 * No event is appended twice, whichever worker dies or is slow: the event store accepts an
 * event only at the version that the decision was made on, and every decision is made on
 * the newest events. So the claim only avoids duplicate work. A timer that fails for a reason
 * of its own is retried when its lease ends. If a server is unavailable, all timers that could
 * not be worked off are released, and this function rejects. A timer whose cart the event store
 * does not have is tried again after a growing delay, and then given up.
 */
export const createWorkOff = (options: WorkOffOptions): (() => Promise<number>) => {
  const { pool, eventStore, carts, handler, now, limit, leaseMs, logger, tracer = noTracer, onOutcome = () => undefined } = options;

  /** Records the failure of one timer, which stays claimed until its lease ends. */
  const fail = ({ cartId }: Timer, error: unknown): void => {
    onOutcome("failed");
    logger.error({ err: error, aggregate_id: cartId, retry_in_ms: leaseMs }, "a timer failed and will be retried");
  };

  const readDueCarts = async (timers: readonly Timer[]): Promise<readonly DueCart[]> => {
    const results = await readNewEvents(eventStore, carts, timers);
    return timers.flatMap((timer, index): DueCart[] => {
      const result = results[index];
      if (result === undefined) return [];
      if (!(result instanceof StreamDamagedError)) return [{ timer, ...result }];
      fail(timer, result);
      return [];
    });
  };

  const workOffMissing = (cart: DueCart): WorkedOff => {
    const settled = settleMissing(cart, now());
    const { misses, givenUpAt, nextAt } = settled.missing;
    onOutcome(givenUpAt === null ? "missing" : "given_up");
    const details = { aggregate_id: cart.timer.cartId, version: cart.timer.progress.version, misses };
    if (givenUpAt === null) logger.warn({ ...details, next_attempt_at: nextAt }, "the event store does not have the cart of a timer");
    else logger.error(details, "gave up a timer because the event store does not have its cart; the cart's next event sets it again");
    return { settled };
  };

  const workOffCart = async (cart: DecidedCart): Promise<WorkedOff> => {
    try {
      const { settled, outcome } = await actOnCart(cart, { handler, logger, tracer });
      onOutcome(outcome);
      return { settled: { ...settled, purchase: purchaseOf(cart) } };
    } catch (error) {
      if (!(error instanceof CommandFailedError)) {
        fail(cart.timer, error);
        return {};
      }
      onOutcome("failed");
      const settled = { timer: cart.timer, progress: cart.progress };
      // The event store takes the commands of other tenants, so their timers go on. Of a tenant that moves, a timer stays claimed until its
      // lease ends: a claim that ended now would make it due again at once. A tenant that has left has its timers elsewhere.
      if (error.code === "TENANT_MOVING") return {};
      if (error.code === "TENANT_MOVED") return { settled: { ...settled, ended: true } };
      return { settled, unavailable: error };
    }
  };

  const workOffClaimed = async (timers: readonly Timer[]): Promise<CommandFailedError | undefined> => {
    const dueCarts = await readDueCarts(timers);
    const present = dueCarts.filter((cart) => !isMissing(cart));
    const decided = await decideCarts(pool, present, { now: now(), onFailure: fail });
    const results = [...dueCarts.filter(isMissing).map(workOffMissing), ...(await Promise.all(decided.map(workOffCart)))];
    await settleTimers(
      pool,
      results.flatMap(({ settled }) => settled ?? []),
      { now: now(), retryMs: leaseMs },
    );
    return results.find(({ unavailable }) => unavailable !== undefined)?.unavailable;
  };

  const claim = timerClaims({ pool, now, leaseMs, limit });
  return async () => {
    const timers = await claim();
    if (timers.length === 0) return 0;
    const unavailable = await workOffClaimed(timers).catch(async (error: unknown) => {
      await releaseTimers(pool, timers).catch((reason: unknown) =>
        logger.warn({ err: reason }, "claimed timers could not be released; they are due again when the claim expires"),
      );
      throw error;
    });
    if (unavailable !== undefined) throw unavailable;
    return timers.length;
  };
};

/**
 * The result for one timer. `settled` is absent if the timer failed for a reason of its own; `unavailable` says
 * why the event store accepted no event.
 */
type WorkedOff = { readonly settled?: Settled; readonly unavailable?: CommandFailedError };

/** Returns the purchase of a cart that was purchased, whose message may have been unreadable. */
const purchaseOf = ({ progress: { tenantId, userId }, newest }: DueCart): Purchase | undefined =>
  tenantId === undefined || userId === undefined || newest?.event.type !== "CartPurchased"
    ? undefined
    : { tenantId, userId, purchasedAt: newest.occurredAt };
