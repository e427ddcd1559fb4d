import { eventStoreTables } from "@cart/event-store/testing";
import { migrateEventStore } from "@cart/migrations";
import { bearer, type ExampleRequest, exampleRequests, operationsOf, tokenEnv, useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { api as definition } from "./api.ts";
import { exampleCartId, exampleTargetId } from "./examples.ts";
import { type CommandApi, type Reply, startCommandApi } from "./testing/startCommandApi.ts";

const policies = "/tenants/default/cart-abandoned-policies";
const policy = { title: "Standard", abandoned_minutes: 60 };

/** The examples of these operations create the cart, unless they expect it at a version. */
const creating = new Set(["createCart", "addItem", "addItemByShortAddress"]);
/** The examples of these operations are about a submitted cart, unless they expect an earlier version. */
const afterSubmission = new Set(["reopenCart", "purchaseCart"]);
const onPolicy = new Set(["updateCartAbandonedPolicy", "removeCartAbandonedPolicy"]);

/** An answer without its times, and with the ETag. */
const comparable = (body: unknown, etag: unknown): unknown => ({
  body: JSON.parse(
    JSON.stringify(body, (key, value: unknown) => (key === "occurred_at" || key === "executed_at" ? "a time" : value)),
  ) as unknown,
  etag,
});

describe("the examples of the command API's document", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  /** Two carts, of which one belongs to a guest who is about to log in, and a policy, if the example needs them. */
  const prepare = async ({ operationId, variant }: ExampleRequest, api: CommandApi): Promise<void> => {
    const expectsVersion = variant === "header If-Match";
    const user_id = operationId === "claimCart" ? "guest-1" : "user-123";
    const item = { user_id, item_id: "item-456", quantity: 2, price: 29.99 };
    const send = async (method: string, path: string, body?: object): Promise<void> =>
      void expect((await api.send(method, path, body)).status, path).to.equal(200);
    if (!creating.has(operationId) || expectsVersion) await send("POST", `/carts/${exampleCartId}/items`, item);
    if (afterSubmission.has(operationId) && !expectsVersion) await send("POST", `/carts/${exampleCartId}/submit`);
    await send("POST", `/carts/${exampleTargetId}/items`, { ...item, user_id: "user-123" });
    if (onPolicy.has(operationId)) {
      await send("POST", policies, policy);
      await send("PUT", policies, { ...policy, title: "Another" });
    }
  };
  const sendWithToken = async ({ method, address, body, headers }: ExampleRequest): Promise<Reply> => {
    const api = await startCommandApi(database.url(), () => new Date(), tokenEnv);
    const token = await bearer({ sub: "user-123", tenant_id: "default", scope: "carts:price" });
    const reply = await api.send(method, address, body, { ...headers, ...token });
    await api.stop();
    return reply;
  };

  // A policy that is created has no version yet.
  const refused: Readonly<Record<string, number>> = { "createCartAbandonedPolicy header If-Match": 412 };
  const operations = operationsOf(definition.document);

  for (const request of exampleRequests(definition.document)) {
    const { operationId, variant, method, address, body, headers } = request;
    const name = `${operationId} ${variant}`;
    it(`${name}: works when it is sent as it is`, async () => {
      // A service remembers the carts of the examples before, so each example has services of its own.
      await eventStoreTables(database.pool()).clear();
      const api = await startCommandApi(database.url(), () => new Date());
      await prepare(request, api);
      const reply = variant === "with-token" ? await sendWithToken(request) : await api.send(method, address, body, headers);
      await api.stop();
      expect(reply.status, reply.text).to.equal(refused[name] ?? 200);
      if (variant !== "required") return;
      const answer = operations.find(({ operation }) => operation.operationId === operationId)?.operation.responses[200];
      const example = comparable(answer?.content?.["application/json"]?.example, answer?.headers["ETag"]?.schema["examples"]);
      expect(comparable(reply.json, [reply.headers.get("ETag")]), "the answer is as the document's example").to.deep.equal(example);
    });
  }
});
