import { randomBytes } from "node:crypto";
import { eventStoreTables } from "@cart/event-store/testing";
import { migrateEventStore, migrateKeyStore } from "@cart/migrations";
import { bearer, type ExampleRequest, exampleRequests, operationsOf, tokenEnv, useMysqlDatabase } from "@cart/testkit";
import { uuidToBytes } from "@cart/mysql";
import { expect } from "chai";
import { api as definition } from "./api.ts";
import { exampleCartId, exampleErasureId, exampleTargetId } from "./examples.ts";
import { type CommandApi, type Reply, startCommandApi } from "./testing/startCommandApi.ts";

const policies = "/tenants/default/cart-abandoned-policies";
const policy = { title: "Standard", abandoned_minutes: 60 };

/** The examples of these operations create the cart, unless they expect it at a version. */
const creating = new Set(["createCart", "addItem", "addItemByShortAddress"]);
/** The examples of these operations are about a submitted cart, unless they expect an earlier version. */
const afterSubmission = new Set(["reopenCart", "purchaseCart"]);
const onPolicy = new Set(["updateCartAbandonedPolicy", "removeCartAbandonedPolicy"]);

const onErasures = new Set(["eraseShopper", "getErasure"]);

/** Members that are another value in each run. */
const changing = new Set(["occurred_at", "executed_at", "erasure_id", "requested_at", "due_at", "first_pass_at", "second_pass_at"]);

/** An answer without its times and random ids, and with the ETag. */
const comparable = (body: unknown, etag: unknown): unknown => ({
  body: JSON.parse(JSON.stringify(body, (key, value: unknown) => (changing.has(key) ? "another" : value))) as unknown,
  etag,
});

describe("the examples of the command API's document", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  const keyStore = useMysqlDatabase({ migrate: migrateKeyStore });
  const keys = `one:${randomBytes(32).toString("base64")}`;
  const envOf = ({ operationId }: ExampleRequest): Record<string, string> =>
    onErasures.has(operationId) ? { KEYSTORE_URL: keyStore.url(), PERSONAL_DATA_KEYS: keys, SEAL_PERSONAL_DATA: "true" } : {};
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
    if (operationId === "getErasure") {
      const { json } = await api.send("POST", "/tenants/default/erasures", { user_id: "user-123" });
      for (const table of ["erasures", "erasure_steps"])
        await keyStore
          .pool()
          .query(`UPDATE ${table} SET erasure_id = ? WHERE erasure_id = ?`, [
            uuidToBytes(exampleErasureId),
            uuidToBytes(String(json["erasure_id"])),
          ]);
    }
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
      const api = await startCommandApi(database.url(), () => new Date(), envOf(request));
      await prepare(request, api);
      const reply = variant === "with-token" ? await sendWithToken(request) : await api.send(method, address, body, headers);
      await api.stop();
      const usual = operationId === "eraseShopper" ? 202 : 200;
      expect(reply.status, reply.text).to.equal(refused[name] ?? usual);
      if (variant !== "required") return;
      const answer = operations.find(({ operation }) => operation.operationId === operationId)?.operation.responses[usual];
      const example = comparable(answer?.content?.["application/json"]?.example, answer?.headers?.["ETag"]?.schema["examples"] ?? [null]);
      expect(comparable(reply.json, [reply.headers.get("ETag")]), "the answer is as the document's example").to.deep.equal(example);
    });
  }
});
