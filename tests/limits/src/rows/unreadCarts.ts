import { randomUUID } from "node:crypto";
import { cartIsShown, fillCart, withLargeCarts } from "../clients/carts.ts";
import { openSilentClient, untilCutOff } from "../clients/silentClient.ts";
import { serviceNames } from "../system/limitedSystem.ts";
import type { Row } from "./row.ts";

const lines = 500;
/** Together more than the system's own buffers take. */
const requests = 15;

/** Seconds until all are cut off. First the service fills the system's buffers, which takes a slow machine over a minute. */
const cutOffWithinSeconds = 300;

const unreadCarts = (clients: number): Row => ({
  name: `carts-${clients}`,
  tried: `${clients} clients that never read a cart of 0.7 MB`,
  services: serviceNames,
  env: { ...withLargeCarts, HTTP_SEND_TIMEOUT_MS: "5000" },
  run: async ({ system, report }) => {
    const cartId = randomUUID();
    await fillCart(system, cartId, lines);
    await cartIsShown(system, cartId, lines + 1);
    report(`a cart with ${lines} lines is shown`);
    const url = system.urlOf("query-api");
    const opened = await Promise.all(Array.from({ length: clients }, () => openSilentClient(url, `/carts/${cartId}`, requests)));
    try {
      await untilCutOff(opened, cutOffWithinSeconds);
    } finally {
      for (const client of opened) client.leave();
    }
    await cartIsShown(system, cartId, lines + 1);
    return "all cut off; the next client is served";
  },
});

export const unreadCartRows: readonly Row[] = [unreadCarts(60), unreadCarts(120)];
