import { setTimeout as delay } from "node:timers/promises";
import { waitUntil } from "@cart/tools/own-servers";
import { v7 as uuidv7 } from "uuid";
import type { Answer, ArchiveSystem } from "./system.ts";

export type LivedCart = {
  readonly id: string;
  readonly life: "purchased" | "merged" | "empty" | "long" | "open";
  /** Its events, as the history shows them. */
  readonly history: readonly unknown[];
};

/** More events than one transaction of the job removes. */
const longItems = 1_100;

const item = { user_id: "shopper", item_id: "tea", quantity: 1, price: 5 };

/** Throws unless the command was executed. */
const executed = async (answer: Promise<Answer>): Promise<void> => {
  const { status, body } = await answer;
  if (status !== 200) throw new Error(`a command was answered with ${status}: ${JSON.stringify(body)}`);
};

/**
 * Lets carts live until they are as the retention policy judges them, and waits until the read model has them. `hasLong` gives the long
 * cart more events than one transaction of the job takes.
 */
export const makeCarts = async (system: ArchiveSystem, hasLong: boolean): Promise<readonly LivedCart[]> => {
  const { command } = system;
  const add = async (id: string, times = 1): Promise<void> => {
    for (let sent = 0; sent < times; sent += 100)
      await Promise.all(Array.from({ length: Math.min(100, times - sent) }, () => executed(command("POST", `/carts/${id}/items`, item))));
  };
  const ids = { purchased: [uuidv7(), uuidv7()], merged: [uuidv7()], empty: [uuidv7()], long: [uuidv7()], open: [uuidv7(), uuidv7()] };
  const [target = ""] = ids.open;
  for (const id of Object.values(ids).flat()) await add(id);
  for (const id of ids.long) await add(id, hasLong ? longItems : 10);
  for (const id of [...ids.purchased, ...ids.long]) await executed(command("POST", `/carts/${id}/purchase`, { order_id: `order-${id}` }));
  for (const id of ids.merged) await executed(command("POST", `/carts/${id}/merge`, { target_cart_id: target }));
  for (const id of ids.empty) await executed(command("DELETE", `/carts/${id}/items`));
  const lives = Object.entries(ids).flatMap(([life, some]) => some.map((id) => ({ id, life: life as LivedCart["life"] })));
  const carts: LivedCart[] = [];
  for (const cart of lives) {
    const history = await historyOf(system, cart.id);
    await waitUntil("the cart in the read model", 30, async () => {
      const { status } = await system.query(`/carts/${cart.id}?min_version=${history.length}`);
      if (status !== 200) throw new Error(`it is answered with ${status}`);
    });
    carts.push({ ...cart, history });
  }
  return carts;
};

/** Reads the whole history of a cart. */
export const historyOf = async ({ query }: ArchiveSystem, id: string): Promise<readonly unknown[]> => {
  const events: unknown[] = [];
  for (let after: number | undefined = 0; after !== undefined;) {
    const { status, body } = await query(`/carts/${id}/history?after_version=${after}&limit=100`);
    if (status !== 200 || !Array.isArray(body["events"])) throw new Error(`the history of ${id} is answered with ${status}`);
    events.push(...(body["events"] as unknown[]));
    const next: unknown = body["next_after_version"];
    after = typeof next === "number" ? next : undefined;
  }
  return events;
};

/** Between two commands of a shopper. Without a pause the shoppers take the processors from the job that they are to meet. */
const shopperPauseMs = 25;

/** Sends commands to the carts for as long as `work` takes. Resolves to the ids of carts that took one, with their number, and what was wrong. */
export const shopMeanwhile = async (
  { command }: ArchiveSystem,
  carts: readonly LivedCart[],
  work: () => Promise<void>,
): Promise<{ readonly taken: ReadonlyMap<string, number>; readonly mistakes: readonly string[] }> => {
  const taken = new Map<string, number>();
  const mistakes: string[] = [];
  const over = new AbortController();
  const shop = async ({ id, life }: LivedCart): Promise<void> => {
    while (!over.signal.aborted) {
      // A cart that is purchased or merged refuses it, an archived one says so, and an open one takes it.
      const { status } = await command("POST", `/carts/${id}/items`, { ...item, item_id: "late" });
      if (status === 200) taken.set(id, (taken.get(id) ?? 0) + 1);
      const isExpected = status === 410 || (life === "open" ? status === 200 : status === 409);
      if (!isExpected) mistakes.push(`a ${life} cart answers a command with ${status}`);
      await delay(shopperPauseMs);
    }
  };
  // The empty cart is left alone: an item would keep it from the archive.
  const shopping = carts.filter(({ life }) => life !== "empty").map(shop);
  try {
    await work();
  } finally {
    over.abort();
    await Promise.all(shopping);
  }
  return { taken, mistakes };
};
