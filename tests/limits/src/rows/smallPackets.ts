import { randomUUID } from "node:crypto";
import { requireSuccess, statusOf } from "../clients/atOnce.ts";
import { withLargeCarts } from "../clients/carts.ts";
import { cartCreated, largeMerge, owner, storeCarts } from "../clients/storedEvents.ts";
import type { Row } from "./row.ts";

const sources = Array.from({ length: 10 }, () => randomUUID());
const targets = Array.from({ length: 10 }, () => randomUUID());
const smallCommands = 40;

export const smallPackets: Row = {
  name: "small-packets",
  tried: `a server with a max_allowed_packet of 4 MB, ${sources.length} merges of 0.5 MB among ${smallCommands} small commands`,
  services: ["command-api", "outbox-relay", "projector"],
  env: withLargeCarts,
  mysqlVariables: { max_allowed_packet: 4_194_304 },
  prepare: async ({ eventStore }) => {
    await storeCarts(eventStore, sources, [cartCreated, largeMerge]);
    await storeCarts(eventStore, targets, [cartCreated]);
  },
  run: async ({ system }) => {
    const url = system.urlOf("command-api");
    const post = (path: string, body: object) =>
      statusOf(`${url}${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const add = (): ReturnType<typeof post> => post(`/carts/${randomUUID()}/items`, { ...owner, item_id: "item-1", price: 1 });
    const merges = sources.map((source, n) => () => post(`/carts/${source}/merge`, { target_cart_id: targets[n] }));
    const adds = Array.from({ length: smallCommands }, () => add);
    // All at once, so that they share transactions.
    const [merged, added] = await Promise.all([Promise.all(merges.map((send) => send())), Promise.all(adds.map((send) => send()))]);
    requireSuccess("small commands", added);
    requireSuccess("merges", merged);
    return "all are executed";
  },
};
