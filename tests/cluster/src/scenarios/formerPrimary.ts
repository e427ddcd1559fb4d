import { randomUUID } from "node:crypto";
import { waitUntil } from "@cart/tools/own-servers";
import { addUntilAcknowledged, untilPublished } from "./ownCommands.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";

/** So many that every shard of the outbox has some, and that query-api needs all its connections to read them at once. */
const cartCount = 60;

/** Seconds. The services leave the former primary at their next use of it, or a second later. */
const goesOnWithinSeconds = 30;

/** How often the carts are read again. Connections to different servers would show them by turns. */
const furtherReads = 10;

const addToNewCarts = async (context: ScenarioContext): Promise<readonly string[]> => {
  const cartIds = Array.from({ length: cartCount }, () => randomUUID());
  for (const cartId of cartIds) await addUntilAcknowledged(context, cartId);
  return cartIds;
};

/** Reads all carts at once, and returns those that are not shown. */
const hiddenOf = async ({ system }: ScenarioContext, cartIds: readonly string[]): Promise<readonly string[]> => {
  const isShown = await Promise.all(
    cartIds.map(async (cartId) => {
      const response = await fetch(`${system.queryApi.url}/carts/${cartId}`, { signal: AbortSignal.timeout(10_000) });
      await response.arrayBuffer();
      if (!response.ok && response.status !== 404) throw new Error(`query-api answered ${response.status}`);
      return response.ok;
    }),
  );
  return cartIds.filter((_, index) => isShown[index] !== true);
};

const untilShown = (context: ScenarioContext, cartIds: readonly string[]): Promise<void> =>
  waitUntil("the new carts to be shown", goesOnWithinSeconds, async () => {
    const hidden = await hiddenOf(context, cartIds);
    if (hidden.length > 0) throw new Error(`${hidden.length} of ${cartIds.length} are not, such as ${hidden[0]}`);
  });

/**
 * The former primary gets nothing that is stored from then on, and the outbox is empty when it leaves: a relay that goes on reading
 * from it never finds a row again, and a query-api that does never shows a new cart. A member that stays in the group, as after a switch,
 * would show the rows of the new primary.
 */
export const formerPrimary: Scenario = {
  name: "former-primary",
  fault: "the MySQL primary leaves the group and stays up, read-only, without what is stored from then on",
  clients: 0,
  run: async (context) => {
    const { group } = context.cluster;
    const older = await addToNewCarts(context);
    await untilPublished(context, goesOnWithinSeconds);
    await untilShown(context, older);
    const former = await group.primary();
    await group.leave(former);
    context.injected();
    try {
      await group.readOnly(former);
      const newer = await addToNewCarts(context);
      context.report(`member ${(await group.primary()).id} follows member ${former.id}`);
      await untilPublished(context, goesOnWithinSeconds);
      await untilShown(context, newer);
      for (let count = 0; count < furtherReads; count += 1) {
        for (const cartId of await hiddenOf(context, newer)) context.violation("disordered", `cart ${cartId} was shown and is gone`);
      }
    } finally {
      await group.enter(former);
    }
    await group.alike();
  },
};
