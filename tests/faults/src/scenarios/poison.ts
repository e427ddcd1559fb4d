import { countOutbox, readViewVersions, runServiceCommand } from "@cart/tests-harness";
import { randomUUID } from "node:crypto";
import { poisonOutbox, repairOutbox } from "@cart/event-store/testing";
import { waitUntil } from "@cart/tools/own-servers";
import type { Scenario, ScenarioContext } from "./scenario.ts";

const poisonedCarts = 3;

/**
 * A row that cannot be published is FAILED after its attempts and holds back only its own
 * cart. After it is repaired and retried with the relay's command, the cart continues in order.
 */
export const poison: Scenario = {
  name: "poisoned-outbox",
  mayShare: true,
  fault: "unpublishable outbox rows, then repaired and retried",
  env: { RELAY_MAX_ATTEMPTS: "3" },
  run: async (context) => {
    const { system, pause, injected, recovered, violation, report } = context;
    const { pool, databases } = system;
    await pause(1_500, 2_500);
    const cartIds = Array.from({ length: poisonedCarts }, () => randomUUID());
    for (const cartId of cartIds) await add(context, cartId, 1);
    await recovered();

    const endPoison = await poisonOutbox(pool, databases.eventStore, { cartIds, version: 3 });
    for (const cartId of cartIds) {
      await add(context, cartId, 2);
      injected();
      for (const n of [3, 4]) await add(context, cartId, n);
    }
    await endPoison();

    await waitUntil("the poisoned rows to be FAILED", 60, async () => {
      const { failed } = await countOutbox(pool, databases.eventStore);
      if (failed !== poisonedCarts) throw new Error(`${failed} of ${poisonedCarts} rows are FAILED`);
    });
    const versions = await readViewVersions(pool, databases.readModel);
    for (const cartId of cartIds) {
      if (versions.get(cartId) !== 2)
        violation("disordered", `cart ${cartId} has version ${versions.get(cartId)} behind a row that FAILED at 3`);
    }
    const { pending } = await countOutbox(pool, databases.eventStore);
    report(`${poisonedCarts} rows FAILED; ${pending} rows wait, those of other carts for a moment`);

    await repairOutbox(pool, databases.eventStore);
    await runServiceCommand(system, "outbox-relay", ["retry", "--all"]);
    await recovered();
  },
};

const add = async ({ send }: ScenarioContext, cartId: string, n: number): Promise<void> => {
  const body = { user_id: "user-1", item_id: `item-${n}`, quantity: n, price: 2.5 };
  const outcome = await send({ cartId, command: "AddItem", body });
  if (outcome.kind !== "acknowledged") throw new Error(`the scenario's cart refused an item: ${outcome.why}`);
};
