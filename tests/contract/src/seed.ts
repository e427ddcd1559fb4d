import { readFile } from "node:fs/promises";
import { waitUntil } from "@cart/tools/own-servers";

export type SeedOptions = { readonly commandApi: string; readonly queryApi: string; readonly token: string };

/** Creates what schemathesis.toml refers to: more open carts than a run uses up, a cart in each other status, and a tenant's policy. */
export const seed = async ({ commandApi, queryApi, token }: SeedOptions): Promise<void> => {
  const headers = { Authorization: `Bearer ${token}` };
  const send = async (path: string, body: object): Promise<void> => {
    const response = await fetch(`${commandApi}${path}`, {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`POST ${path} was answered with ${response.status}: ${await response.text()}`);
  };

  const file = await readFile(new URL("../carts.dict", import.meta.url), "utf8");
  const [submitted, purchased, merged, ...open] = [...file.matchAll(/"(.*)"/g)].map(([, id = ""]) => id);
  for (const cart of [submitted, purchased, merged, ...open]) {
    for (const item_id of ["item-1", "item-2", "item-3"]) {
      await send(`/carts/${cart}/items`, { user_id: "user-1", item_id, quantity: 2, price: 29.99 });
    }
  }
  await send("/tenants/default/cart-abandoned-policies", { title: "Standard", abandoned_minutes: 60 });
  await send(`/carts/${submitted}/submit`, {});
  await send(`/carts/${purchased}/purchase`, { order_id: "order-1" });
  await send(`/carts/${merged}/merge`, { target_cart_id: open[0] });
  await waitUntil("the read model to have the carts", 60, async () => {
    const response = await fetch(`${queryApi}/carts/${merged}?min_version=5`, { headers });
    if (!response.ok) throw new Error(await response.text());
  });
};
