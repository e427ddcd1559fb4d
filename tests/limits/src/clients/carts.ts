import { waitUntil } from "@cart/tools/own-servers";
import type { LimitedSystem } from "../system/limitedSystem.ts";

const userId = "user-1";
/** The longest name that a line may have, in four bytes a character: with 500 lines such a cart has 0.7 MB. */
const name = "🛒".repeat(255);

const post = async (url: string, body: object): Promise<void> => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`POST ${url} was answered with ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
};

/** Adds one line after another. */
export const fillCart = async (system: LimitedSystem, cartId: string, lines: number): Promise<void> => {
  const url = `${system.urlOf("command-api")}/carts/${cartId}/items`;
  for (let n = 0; n < lines; n += 1) {
    await post(url, { user_id: userId, item_id: `item-${n}`.padEnd(64, "x"), price: 1, name });
  }
};

/** Resolves when the read model shows the cart in a version. */
export const cartIsShown = (system: LimitedSystem, cartId: string, version: number): Promise<void> =>
  waitUntil(`cart ${cartId} to be shown in version ${version}`, 60, async () => {
    const response = await fetch(`${system.urlOf("query-api")}/carts/${cartId}?min_version=${version}`, {
      signal: AbortSignal.timeout(10_000),
    });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`it is answered with ${response.status}`);
  });
