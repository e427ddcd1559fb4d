import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../random.ts";
import type { Ledger } from "./ledger.ts";

export type Readers = {
  readonly stop: () => Promise<void>;
  /** Reads that must never happen: a cart at an older version than before, or an inconsistent cart. */
  readonly violations: () => readonly string[];
  readonly reads: () => number;
  /** Allows the cart to disappear and to begin again from its first version. */
  readonly beginsAgain: (cartId: string) => void;
};

type View = {
  readonly version: number;
  readonly total_amount: number;
  readonly item_count: number;
  readonly items: readonly { readonly quantity: number; readonly line_total: number }[];
};

/** Milliseconds. */
const betweenReadsMs = 25;

/**
 * Reads carts over HTTP throughout. No cart may return to an older version, be inconsistent, or disappear, unless it begins again because
 * it comes back from the archive.
 */
export const startReaders = (baseUrl: string, ledger: Ledger, random: Random): Readers => {
  const beginningAgain = new Set<string>();
  const seen = new Map<string, number>();
  const violations: string[] = [];
  let reads = 0;
  const stopping = new AbortController();

  const readOne = async (cartId: string): Promise<void> => {
    const atLeast = seen.get(cartId) ?? 0;
    const response = await fetch(`${baseUrl}/carts/${cartId}`, { signal: AbortSignal.timeout(10_000) });
    if (response.status === 404) {
      await response.body?.cancel();
      if (atLeast > 0 && !beginningAgain.has(cartId)) violations.push(`cart ${cartId} was at version ${atLeast} and is gone`);
      return;
    }
    if (!response.ok) {
      await response.body?.cancel();
      return;
    }
    const view = (await response.json()) as View;
    reads += 1;
    seen.set(cartId, Math.max(view.version, seen.get(cartId) ?? 0));
    if (view.version < atLeast && !beginningAgain.has(cartId))
      violations.push(`cart ${cartId} went from version ${atLeast} back to ${view.version}`);
    const total = view.items.reduce((sum, item) => sum + Math.round(item.line_total * 100), 0);
    const count = view.items.reduce((sum, item) => sum + item.quantity, 0);
    if (total !== Math.round(view.total_amount * 100) || count !== view.item_count) {
      violations.push(`cart ${cartId} at version ${view.version} is torn: its lines do not add up to its totals`);
    }
  };

  const running = (async () => {
    while (!stopping.signal.aborted) {
      const carts = [...ledger.versions().keys()].slice(-300);
      // A failed read is not a violation, because the service is being killed.
      if (carts.length > 0) await readOne(random.pick(carts)).catch(() => undefined);
      await delay(betweenReadsMs);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
    violations: () => violations,
    reads: () => reads,
    beginsAgain: (cartId) => void beginningAgain.add(cartId),
  };
};
