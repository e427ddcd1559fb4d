import { isDeepStrictEqual } from "node:util";
import { type StoredEvent, streamsOf } from "./eventStore.ts";
import type { Findings } from "./findings.ts";
import { type CartView, viewOf } from "./readModel.ts";

/** Checks that each cart in the read model equals the fold of its events. */
export const compareStoreWithViews = (stored: readonly StoredEvent[], views: ReadonlyMap<string, CartView>, findings: Findings): void => {
  const streams = streamsOf(stored);
  for (const [cartId, events] of streams) {
    const expected = viewOf(events);
    const actual = views.get(cartId);
    if (actual === undefined) findings.add("lost", `cart ${cartId} has ${expected.version} events and no view`);
    else if (actual.version < expected.version) {
      findings.add("lost", `the view of cart ${cartId} has version ${actual.version}, its stream ${expected.version}`);
    } else if (!isDeepStrictEqual({ ...actual }, { ...expected })) {
      const violation = actual.itemCount > expected.itemCount ? "twice" : "wrong";
      findings.add(violation, `the view of cart ${cartId} is ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
    }
  }
  for (const cartId of views.keys())
    if (!streams.has(cartId)) findings.add("wrong", `there is a view of cart ${cartId}, which has no events`);
};
