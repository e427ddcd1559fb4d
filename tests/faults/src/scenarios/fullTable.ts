import { randomUUID } from "node:crypto";
import { fillSystemTablespace, moveToSystemTablespace } from "@cart/event-store/testing";
import { waitUntil } from "@cart/tools/own-servers";
import type { Scenario, ScenarioContext } from "./scenario.ts";

/**
 * The table of events is in a tablespace that has no room left. A command is refused in words, nothing of it is stored, and the next
 * commands succeed once there is room.
 */
export const fullTable: Scenario = {
  name: "full-table",
  fault: "no room left for events in MySQL, then room again",
  run: async (context) => {
    const { system, pause, injected, recovered, report } = context;
    const { pool, databases } = system;
    await moveToSystemTablespace(pool, databases.eventStore);
    for (let count = 1; count <= 2; count += 1) {
      await pause(1_000, 2_000);
      const makeRoom = await fillSystemTablespace(pool, databases.eventStore);
      injected();
      try {
        await isRefusedInWords(context);
        report("commands are refused, because there is no room");
        await pause(2_000, 3_000);
        await isRefusedInWords(context);
      } finally {
        await makeRoom();
      }
      await recovered();
    }
  },
};

const refusal = "503 /problems/unavailable; the database has no room left: a table or the disk is full; retry after 1 s";

/** Sends commands until one does not fit into the pages that are in use already. */
const isRefusedInWords = ({ send }: ScenarioContext): Promise<void> =>
  waitUntil("a command to be refused", 60, async () => {
    const outcome = await send({ cartId: randomUUID(), command: "AddItem", body: { user_id: "user-1", item_id: "item-1", price: 1 } });
    if (outcome.kind !== "refused" || outcome.why !== refusal) throw new Error(`the outcome was ${JSON.stringify(outcome)}`);
  });
