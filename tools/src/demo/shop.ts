import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type CartClient, CartProblem, result } from "@cart/client";
import { abandonedAfterSeconds, type Funnel, type Tally } from "./tally.ts";

type Item = { readonly item_id: string; readonly name: string; readonly price: number };

const catalogue: readonly Item[] = [
  { item_id: "mug", name: "Coffee cup", price: 12.5 },
  { item_id: "beans", name: "Coffee beans", price: 18.9 },
  { item_id: "grinder", name: "Grinder", price: 129 },
  { item_id: "kettle", name: "Kettle", price: 64.95 },
  { item_id: "filter", name: "Paper filters", price: 3.2 },
];

export type ShopOptions = {
  readonly client: CartClient;
  readonly tenant: string;
  readonly tally: Tally;
  readonly signal: AbortSignal;
  /** A number from 0 to 1, as `Math.random` returns it. */
  readonly random: () => number;
};

/** What shoppers can do. Each call is one command; all of them end when the signal is aborted. */
export type Shop = {
  readonly add: (cartId: string, userId: string) => Promise<void>;
  readonly changeQuantity: (cartId: string) => Promise<void>;
  readonly removeItem: (cartId: string) => Promise<void>;
  readonly claim: (cartId: string, userId: string) => Promise<void>;
  readonly merge: (cartId: string, targetId: string) => Promise<void>;
  readonly buy: (cartId: string) => Promise<void>;
  readonly isAbandoned: (cartId: string) => Promise<boolean>;
  /** Waits as a shopper does between two clicks. */
  readonly think: () => Promise<void>;
  readonly chance: (share: number) => boolean;
};

export const createShop = ({ client, tenant, tally, signal, random }: ShopOptions): Shop => {
  const { commands, queries } = client;
  const pick = (): Item => catalogue[Math.floor(random() * catalogue.length)] ?? { item_id: "mug", name: "Coffee cup", price: 12.5 };
  const pathOf = (id: string) => ({ path: { id } });
  const linesOf = async (id: string): Promise<readonly { readonly line_id: string; readonly quantity: number }[]> => {
    const { items } = await result(queries.GET("/carts/{id}", { params: pathOf(id), signal }));
    return items;
  };
  return {
    add: async (id, userId) => {
      const body = { ...pick(), user_id: userId, quantity: 1 + Math.floor(random() * 3), tenant_id: tenant };
      const { version } = await result(commands.POST("/carts/{id}/items", { params: pathOf(id), body, signal }));
      await client.waitForCart(id, version, { signal });
      tally.changes += 1;
    },
    changeQuantity: async (id) => {
      const [line] = await linesOf(id);
      if (line === undefined) return;
      const params = { path: { id, item_id: line.line_id } };
      await result(commands.PATCH("/carts/{id}/items/{item_id}", { params, body: { quantity: line.quantity + 1 }, signal }));
      tally.changes += 1;
    },
    removeItem: async (id) => {
      const lines = await linesOf(id);
      const last = lines.at(-1);
      if (last === undefined || lines.length < 2) return;
      await result(commands.DELETE("/carts/{id}/items/{item_id}", { params: { path: { id, item_id: last.line_id } }, signal }));
      tally.changes += 1;
    },
    claim: async (id, userId) => {
      await result(commands.POST("/carts/{id}/claim", { params: pathOf(id), body: { user_id: userId }, signal }));
      tally.claims += 1;
    },
    merge: async (id, targetId) => {
      await result(commands.POST("/carts/{id}/merge", { params: pathOf(id), body: { target_cart_id: targetId, strategy: "add" }, signal }));
      tally.merges += 1;
    },
    buy: async (id) => {
      await result(commands.POST("/carts/{id}/submit", { params: pathOf(id), signal }));
      const order = { order_id: `order-${randomUUID()}` };
      await result(commands.POST("/carts/{id}/purchase", { params: pathOf(id), body: order, signal }));
      tally.orders += 1;
    },
    isAbandoned: async (id) => (await result(queries.GET("/carts/{id}", { params: pathOf(id), signal }))).status === "ABANDONED",
    think: () => delay(200 + 1_300 * random(), undefined, { signal }),
    chance: (share) => random() < share,
  };
};

/** Lets carts of the tenant count as abandoned as soon as a policy can: after a minute. Replaces the policy of an earlier demo. */
export const setShortPolicy = async ({ commands }: CartClient, tenant: string, signal: AbortSignal): Promise<void> => {
  const params = { path: { tenant_id: tenant } };
  const body = { title: "Demo", abandoned_minutes: abandonedAfterSeconds / 60, reminders: [1] };
  try {
    await result(commands.POST("/tenants/{tenant_id}/cart-abandoned-policies", { params, body, signal }));
  } catch (error) {
    if (!(error instanceof CartProblem && error.status === 409)) throw error;
    await result(commands.PUT("/tenants/{tenant_id}/cart-abandoned-policies", { params, body, signal }));
  }
};

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The path of the tenant's funnel from the day of a time, in milliseconds since 1970, until today. */
export const funnelPath = (tenant: string, since: number): string =>
  `/tenants/${tenant}/cart-funnel?from=${dayOf(since)}&to=${dayOf(Date.now())}`;

export const readFunnel = async ({ queries }: CartClient, tenant: string, since: number): Promise<Funnel> => {
  const params = { path: { tenant_id: tenant }, query: { from: dayOf(since), to: dayOf(Date.now()) } };
  const { total } = await result(queries.GET("/tenants/{tenant_id}/cart-funnel", { params, signal: AbortSignal.timeout(5_000) }));
  return total;
};
