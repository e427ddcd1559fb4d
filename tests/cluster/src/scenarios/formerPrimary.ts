import { randomUUID } from "node:crypto";
import { addUntilAcknowledged, untilPublished } from "./ownCommands.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";

/** So many that every shard of the outbox has some. */
const carts = 60;

/** Seconds. The relays leave the former primary at their next read. */
const publishedWithinSeconds = 30;

const addToNewCarts = async (context: ScenarioContext): Promise<void> => {
  for (let count = 0; count < carts; count += 1) await addUntilAcknowledged(context, randomUUID());
};

/**
 * The former primary gets nothing that is stored from then on, and the outbox is empty when it leaves: a relay that goes on reading
 * from it never finds a row again. A member that stays in the group, as after a switch, would show the rows of the new primary.
 */
export const formerPrimary: Scenario = {
  name: "former-primary",
  fault: "the MySQL primary leaves the group and stays up, read-only, without what is stored from then on",
  clients: 0,
  run: async (context) => {
    const { group } = context.cluster;
    await addToNewCarts(context);
    await untilPublished(context, publishedWithinSeconds);
    const former = await group.primary();
    await group.leave(former);
    context.injected();
    try {
      await group.readOnly(former);
      await addToNewCarts(context);
      context.report(`member ${(await group.primary()).id} follows member ${former.id}`);
      await untilPublished(context, publishedWithinSeconds);
    } finally {
      await group.enter(former);
    }
    await group.alike();
  },
};
