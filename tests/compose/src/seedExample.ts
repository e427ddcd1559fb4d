import assert from "node:assert/strict";
import type { ComposeProject } from "./composeProject.ts";
import { getCaughtUp, post } from "./http.ts";

const cart = "550e8400-e29b-41d4-a716-446655440000";

/** Writes the README's example through command-api's container and reads it through query-api's. */
export const seedExample = async ({ commandApi, queryApi }: ComposeProject): Promise<void> => {
  const added = await post(`${commandApi}/additem/${cart}`, { user_id: "user-123", item_id: "item-456", quantity: 2, price: 29.99 });
  assert.equal(added.status, 200, JSON.stringify(added.body));
  assert.equal(added.body["version"], 2);
  assert.equal(added.body["status"], "success");

  const { status, body } = await getCaughtUp(`${queryApi}/carts/${cart}?min_version=2`);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body["total_amount"], 59.98);
  assert.deepEqual(body["items"], [
    { line_id: "item-456", item_id: "item-456", name: null, attributes: {}, quantity: 2, price: 29.99, line_total: 59.98 },
  ]);
};
