import { type CartEvent, tenantPolicyId } from "@cart/domain";
import { uuidToBytes } from "@cart/mysql";
import { exampleRequests } from "@cart/testkit";
import { expect } from "chai";
import { api as definition } from "./api.ts";
import { exampleCartId } from "./examples.ts";
import { project, storeEvents, timeOf, useQueryApi } from "./testing/useQueryApi.ts";

const events: readonly CartEvent[] = [
  { type: "CartCreated", data: { user_id: "user-123", tenant_id: "default", currency: "USD" } },
  { type: "ItemAddedToCart", data: { line_id: "item-456", item_id: "item-456", quantity: 2, unit_price: 2999, previous_unit_price: null } },
];

describe("the examples of the query API's document", () => {
  const api = useQueryApi();

  before("make the example's cart and policy, both at version 2", async () => {
    await storeEvents(api, exampleCartId, events);
    await project(api, exampleCartId, events);
    await api.readModel.pool().query("REPLACE INTO cart_abandoned_policies SET ?", {
      id: uuidToBytes(tenantPolicyId("default")),
      tenant_id: "default",
      title: "Standard",
      abandoned_minutes: 60,
      time_zone: "UTC",
      reminders: "[]",
      version: 2,
      created_at: timeOf(1),
      updated_at: timeOf(2),
    });
  });

  for (const { operationId, variant, method, address, headers } of exampleRequests(definition.document)) {
    it(`${operationId} ${variant}: works when it is sent as it is`, async () => {
      // A stream has no end: its status is enough.
      const read = new AbortController();
      const { status } = await fetch(api.url(address), { method, headers, signal: read.signal });
      read.abort();
      expect(status).to.equal(variant === "header If-None-Match" ? 304 : 200);
    });
  }
});
