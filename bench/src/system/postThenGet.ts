import { randomUUID } from "node:crypto";
import { sendRequest } from "./sendRequest.ts";

/** The addresses that take commands and answer reads. */
export type Apis = { readonly commandApi: string; readonly queryApi: string };

const item = JSON.stringify({ user_id: "user-123", item_id: "item-456", quantity: 2, price: 29.99 });

/** Sends a POST and then the GET that waits for its version. Resolves to the milliseconds from sending the POST to the GET's answer. */
export const postThenGet = async ({ commandApi, queryApi }: Apis): Promise<number> => {
  const cart = randomUUID();
  const started = performance.now();
  await sendRequest("POST", `${commandApi}/carts/${cart}/items`, item);
  await sendRequest("GET", `${queryApi}/carts/${cart}?min_version=2`);
  return performance.now() - started;
};
