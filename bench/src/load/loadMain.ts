import { randomUUID } from "node:crypto";
import autocannon from "autocannon";
import type { LoadPlan, LoadResult } from "./loadPlan.ts";

// A separate process, so that the load generator does not slow down the process that it measures.
const run = async ({ url, connections, seconds, cart, rate, shoppers }: LoadPlan): Promise<LoadResult> => {
  let item = 0;
  let turn = 0;
  const shopper = (): string => {
    if (shoppers === undefined) return "user-123";
    return shoppers === "new" ? `user-${randomUUID()}` : `user-${turn++ % shoppers}`;
  };
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    ...(rate === undefined ? {} : { overallRate: rate }),
    requests: [
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        setupRequest: (request) => ({
          ...request,
          path: `/carts/${cart ?? randomUUID()}/items`,
          body: JSON.stringify({
            user_id: shopper(),
            item_id: cart === undefined ? "item-456" : `item-${item++ % 400}`,
            quantity: cart === undefined ? 2 : 1,
            price: 29.99,
          }),
        }),
      },
    ],
  });
  return {
    succeeded: result["2xx"],
    failed: result.non2xx + result.errors + result.timeouts,
    seconds: result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    max: result.latency.max,
    endedAt: Date.now(),
  };
};

process.on("message", (plan) => {
  void run(plan as LoadPlan).then((result) => process.send?.(result));
});
