import { randomUUID } from "node:crypto";
import { type Cart, cartAggregate, type CartCommand, type CartEvent } from "@cart/domain";
import { type CommandHandler, createCommandHandler, newEventId, openEventStorePool, type StoredAggregate } from "@cart/event-store";
import { type Bench, type Measurement, percentile } from "../measurement.ts";
import { runLoad } from "../load/runLoad.ts";
import { type FreshSystem, withFreshSystem } from "../system/freshSystem.ts";

const warmUpSeconds = 3;

const overHttp =
  (connections: number, cart?: () => string) =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, async ({ start }) => {
      const { url } = await start("command-api", { CART_MAX_EVENTS: "1000000" });
      const plan = { url, connections, ...(cart === undefined ? {} : { cart: cart() }) };
      await runLoad({ ...plan, seconds: warmUpSeconds });
      const { succeeded, failed, seconds, p50, p99 } = await runLoad({ ...plan, seconds: bench.seconds });
      return { value: succeeded / seconds, details: { p50, p99, failed } };
    });

export const firstAddsOverHttp = overHttp(32);
export const firstAddsByOneClient = overHttp(1);
export const addsToOneCart = overHttp(32, randomUUID);

type Handler = CommandHandler<Cart, CartCommand, CartEvent>;

type HandlerOptions = { readonly cachedStreams?: number; readonly aggregate?: StoredAggregate<Cart, CartCommand, CartEvent> };

export const withHandler = async <T>(
  { eventStoreUrl }: Pick<FreshSystem, "eventStoreUrl">,
  options: HandlerOptions,
  work: (handler: Handler) => Promise<T>,
): Promise<T> => {
  const pool = openEventStorePool({ url: eventStoreUrl, connectionLimit: 8 });
  const handler = createCommandHandler({ pool, aggregate: cartAggregate, now: () => new Date(), newEventId, ...options });
  try {
    return await work(handler);
  } finally {
    await handler.stop();
    await pool.end();
  }
};

const add = async (handler: Handler, aggregateId: string, item: string, userId = "user-123"): Promise<void> => {
  await handler.handle({
    aggregateId,
    command: {
      type: "AddItem",
      userId,
      defaults: { tenantId: "default", currency: "USD" },
      itemId: item,
      quantity: 1,
      price: 29.99,
    },
    metadata: { correlation_id: randomUUID(), causation_id: randomUUID() },
  });
};

/** The same append without HTTP, by many callers at once. */
export const appendInProcess =
  (callers: number) =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, (system) => measureAppends(system, callers, bench.seconds));

export type AppendLoad = { readonly callers: number; readonly seconds: number; readonly shopperOf?: () => string };

/** Has callers append to new carts, and resolves to the milliseconds that each command took and the seconds of all. */
export const loadAppends = async (
  handler: Handler,
  { callers, seconds, shopperOf }: AppendLoad,
): Promise<{ readonly times: readonly number[]; readonly seconds: number }> => {
  const times: number[] = [];
  const started = performance.now();
  const until = started + seconds * 1000;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < until) {
        const began = performance.now();
        await add(handler, randomUUID(), "item-456", shopperOf?.());
        times.push(performance.now() - began);
      }
    }),
  );
  return { times, seconds: (performance.now() - started) / 1000 };
};

/** Appends to new carts of an event store that may already hold events. */
export const measureAppends = (system: FreshSystem, callers: number, seconds: number): Promise<Measurement> =>
  withHandler(system, {}, async (handler) => {
    await loadAppends(handler, { callers, seconds: warmUpSeconds });
    const load = await loadAppends(handler, { callers, seconds });
    return {
      value: load.times.length / load.seconds,
      details: { p50: percentile(load.times, 50), p99: percentile(load.times, 99) },
    };
  });

/** The ratio of an add to a cart with many events and an add to a cart with few, neither in memory. */
export const longStream = (bench: Bench): Promise<Measurement> =>
  withFreshSystem(bench, async (system) => {
    const [short, long] = [randomUUID(), randomUUID()];
    await withHandler(system, {}, async (handler) => {
      for (let n = 0; n < 10; n++) await add(handler, short, `item-${n % 10}`);
      for (let n = 0; n < 2_000; n += 50)
        await Promise.all(Array.from({ length: 50 }, (_, m) => add(handler, long, `item-${(n + m) % 10}`)));
    });
    const times = { short: [] as number[], long: [] as number[] };
    // The handler caches nothing, so each add loads its cart. The two carts alternate, so that the machine's load affects both.
    await withHandler(system, { cachedStreams: 1 }, async (handler) => {
      const until = performance.now() + bench.seconds * 1000;
      while (performance.now() < until) {
        for (const [name, cart] of [
          ["short", short],
          ["long", long],
        ] as const) {
          await add(handler, randomUUID(), "item-1");
          const started = performance.now();
          await add(handler, cart, "item-1").catch(() => undefined);
          times[name].push(performance.now() - started);
        }
      }
    });
    const [shortP50, longP50] = [percentile(times.short, 50), percentile(times.long, 50)];
    return { value: longP50 / shortP50, details: { shortP50, longP50 } };
  });
