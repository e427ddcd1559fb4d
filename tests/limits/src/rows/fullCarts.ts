import { randomUUID } from "node:crypto";
import { atOnce, requireSuccess, statusOf } from "../clients/atOnce.ts";
import { withLargeCarts } from "../clients/carts.ts";
import { cartCreated, largeMerge, storeCarts } from "../clients/storedEvents.ts";
import type { Row } from "./row.ts";

const carts = Array.from({ length: 640 }, () => randomUUID());

/** Clients that wait for an answer at the same time, so that their commands share transactions. */
const clients = 40;

export const fullCarts: Row = {
  name: "full-carts",
  tried: `${carts.length} commands to different carts of 0.5 MB, ${clients} at a time`,
  services: ["command-api"],
  env: withLargeCarts,
  prepare: ({ eventStore }) => storeCarts(eventStore, carts, [cartCreated, largeMerge]),
  run: async ({ system }) => {
    const url = system.urlOf("command-api");
    const item = "item-7".padEnd(64, "x");
    const answers = await atOnce(clients, carts, (cart) => statusOf(`${url}/carts/${cart}/items/${item}`, { method: "DELETE" }));
    requireSuccess("commands", answers);
    return "all are executed";
  },
};
