import { randomUUID } from "node:crypto";
import { bearer, type TokenClaims, tokenEnv } from "@cart/testkit/tokens";
import { cartIsShown, fillCart } from "../clients/carts.ts";
import { serviceNames } from "../system/limitedSystem.ts";
import type { Row } from "./row.ts";

const attempts = 1_000;
/** The default of MAX_STREAMS_PER_USER. */
const allowed = 20;

export const streamsOfOneUser: Row = {
  name: "streams-of-one-user",
  tried: `${attempts} event streams of one user`,
  services: serviceNames,
  env: tokenEnv,
  run: async ({ system }) => {
    const [greedy, other] = [await cartOf(system, "user-1"), await cartOf(system, "user-2")];
    const left = new AbortController();
    // A response that is collected as garbage would end its stream and free its place.
    const streams: Response[] = [];
    const open = async ({ cartId, headers }: UserCart): Promise<number> => {
      const response = await fetch(`${system.urlOf("query-api")}/carts/${cartId}/stream`, { headers, signal: left.signal });
      if (response.ok) streams.push(response);
      else await response.arrayBuffer();
      return response.status;
    };
    try {
      const statuses = new Map<number, number>();
      for (let n = 0; n < attempts; n += 1) {
        const status = await open(greedy);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
      const found = JSON.stringify([...statuses].toSorted(([a], [b]) => a - b));
      const expected = JSON.stringify([
        [200, allowed],
        [429, attempts - allowed],
      ]);
      if (found !== expected) throw new Error(`the statuses are ${found} instead of ${expected}`);
      const status = await open(other);
      if (status !== 200) throw new Error(`another user is answered with ${status}`);
    } finally {
      left.abort();
    }
    return `${allowed} are opened, the others get 429; another user gets one`;
  },
};

type UserCart = { readonly cartId: string; readonly headers: Readonly<Record<string, string>> };

const cartOf = async (system: Parameters<typeof fillCart>[0], userId: string): Promise<UserCart> => {
  const claims: TokenClaims = { sub: userId, tenant_id: "default", scope: "carts:price" };
  const [cartId, headers] = [randomUUID(), await bearer(claims)];
  await fillCart(system, cartId, 1, { userId, headers });
  await cartIsShown(system, cartId, 2, headers);
  return { cartId, headers };
};
