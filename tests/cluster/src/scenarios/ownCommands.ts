import { countOutbox, readViewVersions } from "@cart/tests-harness";
import { waitUntil } from "@cart/tools/own-servers";
import type { ScenarioContext } from "./scenario.ts";

/** What a scenario without other load adds to its carts. */
export const item = { user_id: "user-1", item_id: "item-1", quantity: 1, price: 1 };

/** Seconds. Without a primary, commands are refused. */
const withoutPrimarySeconds = 60;

/** Adds to the cart until that is acknowledged, and returns the cart's version. */
export const addUntilAcknowledged = async ({ send }: Pick<ScenarioContext, "send">, cartId: string): Promise<number> => {
  let version = 0;
  await waitUntil(`an item to be added to cart ${cartId}`, withoutPrimarySeconds, async () => {
    const outcome = await send({ command: "AddItem", cartId, body: item });
    if (outcome.kind !== "acknowledged") throw new Error(outcome.why);
    version = outcome.changes[0]?.version ?? 0;
  });
  return version;
};

/** Resolves when no row waits in the outbox of the primary. */
export const untilPublished = ({ system: { pool, databases } }: Pick<ScenarioContext, "system">, seconds: number): Promise<void> =>
  waitUntil("everything to be published", seconds, async () => {
    const { pending } = await countOutbox(pool, databases.eventStore);
    if (pending > 0) throw new Error(`${pending} rows wait in the outbox`);
  });

/** Resolves when the read model has this version of each cart. */
export const untilVisible = (
  { system: { pool, databases } }: Pick<ScenarioContext, "system">,
  cartIds: readonly string[],
  version: number,
  seconds: number,
): Promise<void> =>
  waitUntil(`version ${version} of ${cartIds.length} carts to be visible`, seconds, async () => {
    const versions = await readViewVersions(pool, databases.readModel);
    const behind = cartIds.filter((cartId) => versions.get(cartId) !== version);
    if (behind.length > 0) throw new Error(`${behind.length} carts are behind, such as ${behind[0]}`);
  });
