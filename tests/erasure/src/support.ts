import type { Kept } from "@cart/tests-harness";
import type { Person } from "./person.ts";
import type { Carts } from "./shopping.ts";
import { accepted, tenant, type World } from "./world.ts";

/** A person of the shop's support looks at a shopper's carts and repairs one, in the console. */
export const support = async (world: World, { customer }: Person, { long, refused }: Carts): Promise<void> => {
  const paths = [`users/${encodeURIComponent(customer)}/carts`, `carts/${long}`, `carts/${long}/history`];
  for (const path of paths) await accepted(world.console("GET", `/api/query/${path}`));
  const { json } = await accepted(world.console("POST", "/api/dead-letter-retries", { aggregate_id: refused }));
  if (json["failed_queues"] !== 1) throw new Error(`a message that no program knows was projected: ${JSON.stringify(json)}`);
};

/** What the console answers to somebody who may see everything. */
export const consoleAnswers = async (world: World): Promise<readonly Kept[]> => {
  const kept: Kept[] = [];
  const ask = async (path: string, place = path): Promise<Readonly<Record<string, unknown>>> => {
    const { text, json } = await accepted(world.console("GET", path));
    kept.push({ place: `console's answer to ${place}`, content: text });
    return json;
  };
  for (const path of ["session", "overview", "outbox-rows", "jobs", "audit-log"]) await ask(`/api/${path}`);
  for (const id of idsIn((await ask("/api/dead-letters"))["dead_letters"], "id"))
    await ask(`/api/dead-letters/${id}`, "/api/dead-letters/{id}");
  const carts = await ask(`/api/query/tenants/${tenant}/carts?limit=100`, "/api/query/tenants/{id}/carts");
  for (const id of idsIn(carts["carts"], "id")) {
    await ask(`/api/query/carts/${id}`, "/api/query/carts/{id}");
    await ask(`/api/query/carts/${id}/history`, "/api/query/carts/{id}/history");
  }
  return kept;
};

/** The ids in the members of a list, which may be empty: `requireSeen` proves that the console shows the person before. */
const idsIn = (list: unknown, name: string): readonly string[] => {
  if (!Array.isArray(list)) throw new Error("the console shows no list");
  return list.map((member) => String((member as Readonly<Record<string, unknown>>)[name]));
};
