import { type ArchivedStream, CommandFailedError, type CommandFailure, CommandTooLargeError, StreamArchivedError } from "@cart/event-store";
import { migrateEventStore } from "@cart/migrations";
import { bearer, type NamedOperation, operationsOf, tokenEnv, useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { v7 as uuidv7 } from "uuid";
import { type CommandApi, type Reply, startCommandApi } from "./testing/startCommandApi.ts";
import { api as definition } from "./api.ts";

const item = { user_id: "user-123", item_id: "item-456", quantity: 2, price: 29.99 };
const policy = { title: "Standard", abandoned_minutes: 60 };
const json = { "Content-Type": "application/json" };

const guardedOperations = operationsOf(definition.document).filter(({ operation }) => operation.security.length > 0);
const mayAnswer = ({ operation }: NamedOperation, problem: string): boolean =>
  Object.values(operation.responses).some(({ content }) => problem in (content?.["application/problem+json"]?.examples ?? {}));

// Problems that many operations have in common: each of these is told to cause all that its description names.
describe("problems of every operation of the command API", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let api: CommandApi;
  let failing: CommandApi;
  let failure: Error | "never" = "never";
  before(async () => {
    api = await startCommandApi(database.url(), () => new Date());
    const beforeCommand = () => (failure === "never" ? new Promise<void>(() => undefined) : Promise.reject(failure));
    failing = await startCommandApi(database.url(), () => new Date(), { REQUEST_TIMEOUT_MS: "50" }, beforeCommand);
  });
  after(async () => {
    await api.stop();
    await failing.stop();
  });

  const newCart = async (changes: object = {}): Promise<string> => {
    const cart = uuidv7();
    expect(await api.send("POST", `/carts/${cart}/items`, { ...item, ...changes })).to.include({ status: 200 });
    return cart;
  };
  const bodies: Readonly<Record<string, () => Promise<object>>> = {
    addItem: async () => item,
    addItemByShortAddress: async () => item,
    changeItemQuantity: async () => ({ quantity: 3 }),
    changeCart: async () => ({ operations: [{ op: "change_item", line_id: "item-456", quantity: 3 }] }),
    createCart: async () => ({ user_id: "user-123" }),
    changeCartDetails: async () => ({ attributes: { note: "Ring twice" } }),
    setAdjustments: async () => ({ adjustments: [] }),
    claimCart: async () => ({ user_id: "user-9" }),
    purchaseCart: async () => ({ order_id: "order-2" }),
    mergeCart: async () => ({ target_cart_id: await newCart() }),
    createCartAbandonedPolicy: async () => policy,
    updateCartAbandonedPolicy: async () => policy,
    eraseShopper: async () => ({ user_id: "user-123" }),
  };
  /** A request to the operation that is as it should be. */
  const call = async (
    { method, path, operation }: NamedOperation,
    {
      on = api,
      cart = uuidv7(),
      body = {},
      headers = {},
    }: { on?: CommandApi; cart?: string; body?: object; headers?: Record<string, string> },
  ): Promise<Reply> => {
    const address = path
      .replace("{id}", cart)
      .replace("{item_id}", item.item_id)
      .replace("{tenant_id}", "default")
      .replace("{erasure_id}", uuidv7());
    const usual = await bodies[operation.operationId]?.();
    return on.send(method, address, usual === undefined ? undefined : { ...usual, ...body }, headers);
  };
  const expectProblem = ({ status, json: { type }, text }: Reply, expected: number, problem: string): void => {
    expect([status, type], text).to.deep.equal([expected, `/problems/${problem}`]);
  };

  for (const each of guardedOperations) {
    const { name, method, path, operation } = each;
    describe(name, () => {
      it("an address that is not valid", async () => {
        expectProblem(await api.send(method, path.replace(/\{\w+\}/, "%ff"), method === "GET" ? undefined : {}), 400, "bad-request");
        expectProblem(
          await api.send(method, path.replace(/\{\w+\}/, "x".repeat(65)), await bodies[operation.operationId]?.()),
          400,
          "validation",
        );
      });

      if (operation.requestBody !== undefined) {
        it("a body that cannot be read", async () => {
          const send = async (body: string, headers: Record<string, string>) => {
            const address = path.replaceAll(/\{\w+\}/g, uuidv7());
            const response = await fetch(`http://127.0.0.1:${api.port}${address}`, { method, body, headers });
            const problem = (await response.json()) as { type: string };
            return [response.status, problem.type];
          };
          expect(await send("{", json)).to.deep.equal([400, "/problems/malformed-json"]);
          expect(await send(JSON.stringify({ name: "x".repeat(65_536) }), json)).to.deep.equal([413, "/problems/payload-too-large"]);
          expect(await send("{}", { "Content-Type": "text/plain" })).to.deep.equal([415, "/problems/unsupported-media-type"]);
        });
      }

      if (mayAnswer(each, "version-mismatch")) {
        it("another version", async () => {
          const reply = await call(each, { cart: await newCart(), headers: { "If-Match": '"9"' } });
          expectProblem(reply, 412, "version-mismatch");
        });
      }

      if (mayAnswer(each, "idempotency-key-reused")) {
        it("an idempotency key that was used before", async () => {
          const cart = uuidv7();
          const headers = { "Idempotency-Key": "key-1" };
          await api.send("POST", `/carts/${cart}/items`, { ...item, quantity: 7 }, headers);
          await api.send("POST", "/tenants/default/cart-abandoned-policies", { ...policy, title: "Another" }, headers);
          expectProblem(await call(each, { cart, headers }), 422, "idempotency-key-reused");
        });
      }

      const states: readonly [problem: string, step: string, body: () => Promise<object>][] = [
        ["cart-submitted", "submit", async () => ({})],
        ["cart-closed", "purchase", async () => ({ order_id: "order-1" })],
        ["cart-merged", "merge", async () => ({ target_cart_id: await newCart() })],
      ];
      for (const [problem, step, body] of states.filter(([type]) => mayAnswer(each, type))) {
        it(`a cart after ${step}`, async () => {
          const cart = await newCart();
          expect(await api.send("POST", `/carts/${cart}/${step}`, await body())).to.include({ status: 200 });
          expectProblem(await call(each, { cart }), 409, problem);
        });
      }

      const archived: ArchivedStream = {
        aggregateType: "Cart",
        aggregateId: uuidv7(),
        tenantId: "default",
        state: "ARCHIVED",
        version: 3,
        objectKey: "cart/t-default/1/3.ndjson.gz",
        sha256: Buffer.alloc(32),
        archivedAt: new Date(),
      };
      const failures: Readonly<Record<CommandFailure, readonly [status: number, problem: string]>> = {
        OVERLOADED: [503, "overloaded"],
        CONTENDED: [503, "contended"],
        STOPPING: [503, "unavailable"],
        UNAVAILABLE: [503, "unavailable"],
        OUTCOME_UNKNOWN: [503, "outcome-unknown"],
        TENANT_MOVING: [503, "tenant-moving"],
        TENANT_MOVED: [421, "tenant-moved"],
      };
      it("what the server cannot do now", async () => {
        // Every operation that executes a command may be answered with each of these.
        const expected = mayAnswer(each, "overloaded") ? Object.entries(failures) : [];
        for (const [code, [status, problem]] of expected) {
          failure = new CommandFailedError(code as CommandFailure, "as the spec wants");
          expectProblem(await call(each, { on: failing }), status, problem);
        }
        failure = new CommandTooLargeError();
        if (mayAnswer(each, "command-too-large")) expectProblem(await call(each, { on: failing }), 422, "command-too-large");
        failure = new StreamArchivedError(archived);
        if (mayAnswer(each, "cart-archived")) expectProblem(await call(each, { on: failing }), 410, "cart-archived");
        failure = "never";
        expectProblem(await call(each, { on: failing }), 503, "timeout");
      });
    });
  }

  it("all that may be wrong with an item, at its short address too", async () => {
    for (const address of ["additem/{}", "carts/{}/items"]) {
      const add = (cart: string, changes: object): Promise<Reply> =>
        api.send("POST", `/${address.replace("{}", cart)}`, { ...item, ...changes });
      const cart = await newCart({ quantity: 100_000 });
      expectProblem(await add(cart, { user_id: "user-9" }), 409, "cart-of-another-user");
      expectProblem(await add(cart, { tenant_id: "shop-2" }), 409, "cart-of-another-tenant");
      expectProblem(await add(cart, { currency: "EUR" }), 409, "currency-mismatch");
      expectProblem(await add(uuidv7(), { currency: "XYZ" }), 422, "currency-unknown");
      expectProblem(await add(cart, { item_id: "b", price: 0.001 }), 422, "price-invalid");
      expectProblem(await add(cart, {}), 422, "quantity-limit");
      expectProblem(await add(await newCart(), { item_id: "b", quantity: 1, price: 9_999_999_999_999.99 }), 422, "amount-limit");
      const attributes = Object.fromEntries(["a", "b", "c"].map((name) => [name, "x".repeat(500)]));
      expectProblem(await add(cart, { attributes }), 422, "attributes-too-large");
      await Promise.all(Array.from({ length: 499 }, (_, n) => add(cart, { item_id: `item-${n}`.padEnd(10, "x") })));
      expectProblem(await add(cart, { item_id: "501st" }), 422, "line-limit");
    }
  });

  it("one of several changes that a cart cannot take", async () => {
    const cart = await newCart();
    const change = (...operations: readonly object[]) => api.send("POST", `/carts/${cart}/changes`, { operations });
    const add = { op: "add_item", item_id: item.item_id, price: 1 };
    const remove = { op: "remove_item", line_id: item.item_id };
    const sizes = ["M", "L"].map((size) => ({ ...add, attributes: { size } }));
    expectProblem(await change(...sizes, remove, remove), 409, "item-ambiguous");
    expectProblem(await change({ op: "change_item", line_id: item.item_id, price: 9_999_999_999_999.99 }), 422, "amount-limit");
    const line = (n: number) => ({ ...add, item_id: `item-${n}`.padEnd(10, "x") });
    for (let from = 1; from < 500; from += 100) {
      const lines = Array.from({ length: Math.min(100, 500 - from) }, (_, n) => line(from + n));
      expect(await change(...lines)).to.include({ status: 200 });
    }
    expectProblem(await change(line(500)), 422, "line-limit");
  });

  it("what exceeds the limits of a cart", async () => {
    const limited = await startCommandApi(database.url(), () => new Date(), {}, undefined, { maxBytes: 200, maxEvents: 4 });
    try {
      const send = (path: string, method = "POST", body: object = {}) => limited.send(method, path, body);
      for (const address of ["additem/{}", "carts/{}/items"]) {
        const cart = uuidv7();
        const path = `/${address.replace("{}", cart)}`;
        expectProblem(await send(path, "POST", { ...item, name: "x".repeat(200) }), 422, "size-limit");
        for (let n = 0; n < 3; n++) expect(await send(path, "POST", item)).to.include({ status: 200 });
        expectProblem(await send(path, "POST", item), 422, "event-limit");
      }
      const [full, large, other] = [uuidv7(), uuidv7(), uuidv7()];
      for (let n = 0; n < 3; n++) expect(await send(`/carts/${full}/items`, "POST", item)).to.include({ status: 200 });
      expect(await send(`/carts/${large}/items`, "POST", { ...item, name: "x".repeat(100) })).to.include({ status: 200 });
      expect(await send(`/carts/${other}/items`, "POST", { ...item, item_id: "another" })).to.include({ status: 200 });
      expectProblem(await send(`/carts/${full}/items/${item.item_id}`, "PATCH", { quantity: 3 }), 422, "event-limit");
      expectProblem(await send(`/carts/${large}/merge`, "POST", { target_cart_id: full }), 422, "event-limit");
      expectProblem(await send(`/carts/${large}/merge`, "POST", { target_cart_id: other }), 422, "size-limit");
      const changes = (text: string): readonly [method: string, path: string, body: object][] => [
        ["PATCH", "", { attributes: { note: text } }],
        ["PUT", "/adjustments", { adjustments: [{ kind: "fee", amount: 1, label: text }] }],
        ["POST", "/changes", { operations: [{ op: "add_item", item_id: "b", price: 1, name: text }] }],
      ];
      for (const [method, path, body] of changes("x".repeat(100)))
        expectProblem(await send(`/carts/${large}${path}`, method, body), 422, "size-limit");
      for (const [method, path, body] of changes("x")) expectProblem(await send(`/carts/${full}${path}`, method, body), 422, "event-limit");
      expectProblem(await send(`/carts/${full}/claim`, "POST", { user_id: "user-9" }), 422, "event-limit");
      expect(await send(`/carts/${full}/submit`)).to.include({ status: 200 });
      expectProblem(await send(`/carts/${full}/reopen`), 422, "event-limit");
      expect(await send(`/carts/${full}/purchase`, "POST", { order_id: "order-1" })).to.include({ status: 200 });
    } finally {
      await limited.stop();
    }
  });

  it("no token, too many requests, and what is not the sender's", async () => {
    const allowed = { RATE_LIMIT_PER_MINUTE: String(guardedOperations.length) };
    const guard = await startCommandApi(database.url(), () => new Date(), { ...tokenEnv, ...allowed });
    try {
      for (const each of guardedOperations) expectProblem(await call(each, { on: guard }), 401, "unauthorized");
      for (const each of guardedOperations) expectProblem(await call(each, { on: guard }), 429, "rate-limited");
      const headers = await bearer({ sub: "user-9", tenant_id: "default", scope: "carts:price" });
      const cart = await newCart();
      expectProblem(await guard.send("POST", `/additem/${cart}`, item, headers), 403, "forbidden");
      expectProblem(await guard.send("POST", `/additem/${cart}`, { ...item, user_id: "user-9" }, headers), 404, "not-found");
    } finally {
      await guard.stop();
    }
  });
});
