import { randomUUID } from "node:crypto";
import type { eventRow } from "@cart/event-store/testing";
import { eventStoreTables, outboxRow } from "@cart/event-store/testing";
import { waitUntil } from "@cart/tools/own-servers";
import { cartCreated, largeMerge } from "../clients/storedEvents.ts";
import type { Row } from "./row.ts";

const merges = 440;

export const relayBacklog: Row = {
  name: "relay-backlog",
  tried: `${merges} merges of 0.5 MB wait in the outbox when the relay starts`,
  services: ["outbox-relay"],
  maxPeakBytes: 200 * 1024 * 1024,
  prepare: async ({ eventStore }) => {
    const tables = eventStoreTables(eventStore);
    for (let n = 0; n < merges; n += 1) {
      const aggregate_id = randomUUID();
      const events = [cartCreated, largeMerge];
      const rowsOf = (toRow: typeof eventRow) =>
        events.map(({ type, data }, index) => toRow({ aggregate_id, version: index + 1, event_type: type, event_data: data }));
      await tables.outbox.insert(rowsOf(outboxRow));
    }
  },
  run: async ({ eventStore }) => {
    const { outbox } = eventStoreTables(eventStore);
    await waitUntil("the outbox to be published", 120, async () => {
      const left = await outbox.count();
      if (left > 0) throw new Error(`${left} of ${2 * merges} rows are left`);
    });
    return "all are published";
  },
};
