import { eventStoreTables } from "@cart/event-store/testing";
import { readTopic } from "@cart/tests-common";
import { readArchiveObject } from "@cart/tests-harness";
import { waitUntil } from "@cart/tools/own-servers";
import type { LivedCart } from "./carts.ts";
import type { ArchiveSystem } from "./system.ts";

/** Says what is wrong with where the carts are: each is whole in the event store, or whole in an object of the archive. */
export const checkPlaces = async (system: ArchiveSystem, carts: readonly LivedCart[]): Promise<readonly string[]> => {
  const mistakes: string[] = [];
  for (const { id, life, history } of carts) {
    const { events, archived } = eventStoreTables(system.pool);
    const stored = await events.rows({ aggregate_id: id });
    const [tombstone] = await archived.rows({ aggregate_id: id });
    const isStored = stored.length >= history.length && stored.every((row, index) => row["version"] === index + 1);
    if (tombstone === undefined && !isStored)
      mistakes.push(`a ${life} cart has ${stored.length} of ${history.length} events, and no object`);
    if (tombstone === undefined) continue;
    const { problem } = await readArchiveObject(system.archiveFolder, String(tombstone["object_key"]), history.length);
    if (problem !== undefined) mistakes.push(`a ${life} cart is archived, but its object ${problem}`);
    if (life === "open") mistakes.push("a cart with lines was archived");
  }
  return mistakes;
};

/** Says what is wrong with the carts at the end: the finished ones are in the archive and say so, the open ones are where they were. */
export const checkAnswers = async (system: ArchiveSystem, carts: readonly LivedCart[]): Promise<readonly string[]> => {
  const mistakes: string[] = [];
  for (const { id, life } of carts) {
    const expected = life === "open" ? 200 : 410;
    await waitUntil(`the read model to follow the ${life} cart`, 30, async () => {
      const { status } = await system.query(`/carts/${id}`);
      if (status !== expected) throw new Error(`it is answered with ${status}, expected ${expected}`);
    }).catch((error: unknown) => mistakes.push(error instanceof Error ? error.message : String(error)));
    const { status, body } = await system.query(`/carts/${id}/history`);
    if (status !== expected) mistakes.push(`the history of a ${life} cart is answered with ${status}`);
    if (status === 410 && typeof body["object_key"] !== "string") mistakes.push("a 410 does not say where the cart is");
    if (life === "open") continue;
    const again = await system.command("POST", `/carts/${id}/items`, { user_id: "shopper", item_id: "tea", quantity: 1, price: 5 });
    if (again.status !== 410) mistakes.push(`an archived cart answers a command with ${again.status}`);
  }
  return mistakes;
};

/** Says for which carts subscribers were not told once that they were archived. */
export const checkMessages = async ({ topic }: ArchiveSystem, carts: readonly LivedCart[]): Promise<readonly string[]> => {
  const told = new Map<string, Set<string>>();
  await readTopic(topic, ({ key, headers }) => {
    if (String(headers["ce_type"]).includes("CartArchived")) {
      const id = String(key);
      told.set(id, new Set([...(told.get(id) ?? []), String(headers["ce_id"])]));
    }
  });
  return carts.flatMap(({ id, life }) => {
    const times = told.get(id)?.size ?? 0;
    const expected = life === "open" ? 0 : 1;
    return times === expected ? [] : [`subscribers were told ${times} times that a ${life} cart was archived`];
  });
};
