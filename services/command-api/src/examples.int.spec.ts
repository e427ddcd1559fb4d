import { eventStoreTables } from "@cart/event-store/testing";
import { migrateEventStore } from "@cart/migrations";
import { bearer, type ExampleRequest, exampleRequests, tokenEnv, useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { api as definition } from "./api.ts";
import { exampleCartId, exampleTargetId } from "./examples.ts";
import { type CommandApi, startCommandApi } from "./testing/startCommandApi.ts";

const policies = "/tenants/default/cart-abandoned-policies";
const item = { user_id: "user-123", item_id: "item-456", quantity: 2, price: 29.99 };
const policy = { title: "Standard", abandoned_minutes: 60 };

describe("the examples of the command API's document", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  /** The example's cart and the one into which it is merged, both at version 2; a policy at version 2 if it is to be updated or removed. */
  const prepare = async ({ operationId }: ExampleRequest): Promise<void> => {
    await eventStoreTables(database.pool()).clear();
    const api = await startCommandApi(database.url(), () => new Date());
    for (const cart of [exampleCartId, exampleTargetId]) await api.send("POST", `/carts/${cart}/items`, item);
    if (operationId === "updateCartAbandonedPolicy" || operationId === "removeCartAbandonedPolicy") {
      await api.send("POST", policies, policy);
      await api.send("PUT", policies, { ...policy, title: "Another" });
    }
    await api.stop();
  };
  const send = async ({ method, address, body, headers }: ExampleRequest, api: CommandApi, token = {}) => {
    const { status, text } = await api.send(method, address, body, { ...headers, ...token });
    await api.stop();
    return { status, text };
  };

  // A policy that is created has no version yet.
  const refused: Readonly<Record<string, number>> = { "createCartAbandonedPolicy header If-Match": 412 };

  for (const request of exampleRequests(definition.document)) {
    const { operationId, variant } = request;
    const name = `${operationId} ${variant}`;
    it(`${name}: works when it is sent as it is`, async () => {
      await prepare(request);
      const isForToken = variant === "with-token";
      const api = await startCommandApi(database.url(), () => new Date(), isForToken ? tokenEnv : {});
      const token = isForToken ? await bearer({ sub: "user-123", tenant_id: "default", scope: "carts:price" }) : {};
      const { status, text } = await send(request, api, token);
      expect(status, text).to.equal(refused[name] ?? 200);
    });
  }
});
