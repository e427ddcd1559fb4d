import { setTimeout as delay } from "node:timers/promises";
import { CartProblem } from "@cart/client";
import type { Shop } from "./shop.ts";
import { comeBack, type LeftCart, visit } from "./shoppers.ts";
import type { Tally } from "./tally.ts";

export type DayOptions = {
  readonly shop: Shop;
  readonly tally: Tally;
  /** Seconds that the day takes. */
  readonly seconds: number;
  /** New shoppers per second. */
  readonly rate: number;
  /** Aborted to end the day early. Every call of the shop ends with it. */
  readonly stop: AbortController;
};

/** A shopper takes some seconds. If the system is so slow that more than this many seconds' shoppers are in the shop, the next ones wait. */
const fullAfterSeconds = 20;

/**
 * Lets shoppers visit the shop until the day is over or `stop` is aborted, and the customers of abandoned carts come back. A refusal is
 * counted and the day goes on. Rejects if the system cannot be reached any more. Resolves when every shopper has left.
 */
export const runDay = async ({ shop, tally, seconds, rate, stop }: DayOptions): Promise<void> => {
  const inShop = new Set<Promise<void>>();
  const left: LeftCart[] = [];
  const until = Date.now() + 1_000 * seconds;
  let failure: Error | undefined;

  const watched = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (stop.signal.aborted) return;
      if (error instanceof CartProblem) tally.failures.push(error.message);
      else {
        failure = error instanceof Error ? error : new Error(String(error));
        stop.abort();
      }
    }
  };
  const enter = (work: () => Promise<void>): void => {
    const visiting = watched(work).finally(() => inShop.delete(visiting));
    inShop.add(visiting);
  };

  const openDoors = async (): Promise<void> => {
    while (Date.now() < until && !stop.signal.aborted) {
      if (inShop.size < rate * fullAfterSeconds) {
        enter(async () => {
          const cart = await visit(shop, tally);
          if (cart !== undefined) left.push(cart);
        });
      }
      await delay(1_000 / rate, undefined, { signal: stop.signal });
    }
  };
  /** Asks for the cart that was left first, because it is abandoned first. */
  const watchLeftCarts = async (): Promise<void> => {
    while (Date.now() < until && !stop.signal.aborted) {
      const [first] = left;
      if (first !== undefined && (await shop.isAbandoned(first.id))) {
        left.shift();
        tally.abandoned += 1;
        if (shop.chance(0.6)) enter(() => comeBack(shop, tally, first));
      } else await delay(500, undefined, { signal: stop.signal });
    }
  };
  await Promise.all([watched(openDoors), watched(watchLeftCarts)]);
  await Promise.all(inShop);
  if (failure !== undefined) throw failure;
};
