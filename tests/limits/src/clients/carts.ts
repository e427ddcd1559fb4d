import { waitUntil } from "@cart/tools/own-servers";
import type { LimitedSystem } from "../system/limitedSystem.ts";

type Headers = Readonly<Record<string, string>>;
type Owner = { readonly userId: string; readonly headers: Headers };

const anybody: Owner = { userId: "user-1", headers: {} };
/** The longest name that a line may have, in four bytes a character: with 500 lines such a cart has 0.7 MB. */
const name = "🛒".repeat(255);

const post = async (url: string, body: object, headers: Headers = {}): Promise<void> => {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`POST ${url} was answered with ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
};

/** Lets a cart have 500 such lines, as it can where the operator has raised the limit. */
export const withLargeCarts = { CART_MAX_BYTES: "700000" } as const;

/** Adds one line after another. */
export const fillCart = async (system: LimitedSystem, cartId: string, lines: number, owner = anybody): Promise<void> => {
  const url = `${system.urlOf("command-api")}/carts/${cartId}/items`;
  for (let n = 0; n < lines; n += 1) {
    await post(url, { user_id: owner.userId, item_id: `item-${n}`.padEnd(64, "x"), price: 1, name }, owner.headers);
  }
};

export const mergeCart = (system: LimitedSystem, source: string, target: string): Promise<void> =>
  post(`${system.urlOf("command-api")}/carts/${source}/merge`, { target_cart_id: target });

/** Resolves when the read model shows the cart in a version. */
export const cartIsShown = (system: LimitedSystem, cartId: string, version: number, headers: Headers = {}): Promise<void> =>
  waitUntil(`cart ${cartId} to be shown in version ${version}`, 60, async () => {
    const response = await fetch(`${system.urlOf("query-api")}/carts/${cartId}?min_version=${version}`, {
      headers,
      signal: AbortSignal.timeout(10_000),
    });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`it is answered with ${response.status}`);
  });
