import { randomUUID } from "node:crypto";
import { type Cart, cartAggregate, type CartEvent } from "@cart/domain";
import { eventStoreTables } from "@cart/event-store/testing";
import type { Pool } from "mysql2/promise";
import { atOnce, requireSuccess, statusOf } from "../clients/atOnce.ts";
import { cartCreated, storeCarts } from "../clients/storedEvents.ts";
import type { Row } from "./row.ts";

const cart = randomUUID();
/** The default of CART_MAX_EVENTS. */
const changes = 10_000;
const clients = 40;
const requests = 400;
/** The longest time that one of them may take while the others do. Without snapshots along the stream it is a minute. */
const maxMs = 8_000;

const { decider, snapshots } = cartAggregate;

export const longCart: Row = {
  name: "long-cart",
  tried: `${requests} reads of past versions of a cart with ${changes} changes, ${clients} at a time`,
  services: ["query-api"],
  prepare: async ({ eventStore }) => {
    const events = [cartCreated, ...Array.from({ length: changes - 1 }, (_, n) => added(n))];
    await storeCarts(eventStore, [cart], events);
    await storeSnapshots(eventStore, events);
  },
  run: async ({ system }) => {
    const url = `${system.urlOf("query-api")}/carts/${cart}`;
    const versions = Array.from({ length: requests }, (_, n) => changes - 1 - ((n * 37) % 5_000));
    await statusOf(`${url}?at_version=1`);
    const answers = await atOnce(clients, versions, (version) => statusOf(`${url}?at_version=${version}`));
    requireSuccess("versions", answers);
    const slowest = Math.round(Math.max(...answers.map(({ ms }) => ms)));
    if (slowest > maxMs) throw new Error(`the slowest takes ${slowest} ms`);
    return `the slowest takes ${slowest} ms`;
  },
};

const added = (n: number): CartEvent => ({
  type: "ItemAddedToCart",
  data: { line_id: `item-${n % 100}`, item_id: `item-${n % 100}`, quantity: 1, unit_price: 100, previous_unit_price: null },
});

/** Stores the snapshots that command-api writes while it appends. */
const storeSnapshots = async (eventStore: Pool, events: readonly CartEvent[]): Promise<void> => {
  let state: Cart = decider.initialState;
  const rows = events.flatMap((event, index) => {
    state = decider.evolve(state, event);
    const version = index + 1;
    if (version % snapshots.everyEvents !== 0) return [];
    return [
      { aggregate_id: cart, aggregate_type: "Cart", version, schema_version: snapshots.schemaVersion, state: snapshots.toJson(state) },
    ];
  });
  await eventStoreTables(eventStore).snapshots.insert(rows);
};
