import { cartAggregate, itemCount, totalAmount } from "@cart/domain";
import { eventStoreTables } from "@cart/event-store/testing";
import { loadStreams } from "@cart/event-store";
import { migrateEventStore } from "@cart/migrations";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { v7 as uuidv7 } from "uuid";
import { type CommandApi, type Reply, startCommandApi } from "../testing/startCommandApi.ts";

const item = { user_id: "user-123", item_id: "item-456", quantity: 2, price: 29.99 };

describe("cart routes", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  /** Two processes on one database. */
  let api: CommandApi;
  let other: CommandApi;
  before(async () => {
    // Each answer has another time, so that one that is given again is known from one that is made again.
    let time = Date.UTC(2025, 10, 20, 16, 30);
    const now = (): Date => new Date(time++);
    api = await startCommandApi(database.url(), now);
    other = await startCommandApi(database.url(), now);
  });
  after(async () => {
    await api.stop();
    await other.stop();
  });

  const newCart = async (...items: readonly object[]): Promise<string> => {
    const cart = uuidv7();
    for (const changes of items)
      expect(await api.send("POST", `/carts/${cart}/items`, { ...item, ...changes })).to.include({ status: 200 });
    return cart;
  };
  const versionOf = (cart: string): Promise<number> => eventStoreTables(api.pool).events.count({ aggregate_id: cart });
  const typesOf = ({ json }: Reply): unknown => (json["events"] as { type: string }[]).map(({ type }) => type);
  const expectProblem = (reply: Reply, status: number, type: string, fields?: readonly string[]): void => {
    expect([reply.status, reply.json["type"]], reply.text).to.deep.equal([status, `/problems/${type}`]);
    expect(reply.headers.get("content-type")).to.equal("application/problem+json");
    if (fields !== undefined) expect((reply.json["errors"] as { field: string }[]).map(({ field }) => field)).to.deep.equal(fields);
  };

  it("takes a cart from its first item to its order, with the version of each step as its ETag", async () => {
    const cart = await newCart({});
    const steps: readonly [method: string, path: string, body: unknown, events: readonly string[]][] = [
      ["PATCH", "items/item-456", { quantity: 5 }, ["ItemQuantityChanged"]],
      ["PATCH", "items/item-456", { quantity: 5 }, []],
      ["PATCH", "items/item-456", { quantity: 0 }, ["ItemRemovedFromCart"]],
      ["POST", "items", { ...item, item_id: "a/b ☕" }, ["ItemAddedToCart"]],
      ["DELETE", `items/${encodeURIComponent("a/b ☕")}`, undefined, ["ItemRemovedFromCart"]],
      ["DELETE", "items", undefined, []],
      ["POST", "items", item, ["ItemAddedToCart"]],
      ["DELETE", "items", undefined, ["CartCleared"]],
      ["POST", "items", item, ["ItemAddedToCart"]],
      ["POST", "submit", undefined, ["CartSubmitted"]],
      ["POST", "submit", {}, []],
      ["POST", "reopen", undefined, ["CartReopened"]],
      ["POST", "reopen", {}, []],
      ["POST", "submit", {}, ["CartSubmitted"]],
      ["POST", "purchase", { order_id: "order-1" }, ["CartPurchased"]],
    ];
    let version = 2;
    for (const [method, path, body, events] of steps) {
      const reply = await api.send(method, `/carts/${cart}/${path}`, body);
      version += events.length;
      expect([reply.status, typesOf(reply), reply.json["version"]], `${method} ${path}`).to.deep.equal([200, events, version]);
      expect(reply.headers.get("etag")).to.equal(`"${version}"`);
    }
    expect(await versionOf(cart)).to.equal(version);
  });

  it("creates an empty cart once, and changes its attributes and its currency", async () => {
    const cart = uuidv7();
    const create = (body: object) => other.send("POST", `/carts/${cart}`, { user_id: "user-123", ...body });
    const first = await create({ attributes: { locale: "da-DK", email: "ref-1" } });
    expect([first.status, typesOf(first), first.headers.get("etag")]).to.deep.equal([200, ["CartCreated", "CartAttributesChanged"], '"2"']);
    expect(typesOf(await create({ currency: "USD" }))).to.deep.equal([]);
    expectProblem(await create({ user_id: "user-9" }), 409, "cart-of-another-user", ["user_id"]);
    expectProblem(await create({ tenant_id: "shop-2" }), 409, "cart-of-another-tenant", ["tenant_id"]);
    expectProblem(await create({ currency: "EUR" }), 409, "currency-mismatch", ["currency"]);
    const path = `/carts/${cart}`;
    expect(typesOf(await api.send("PATCH", path, { attributes: { email: null, note: "Ring" }, currency: "EUR" }))).to.deep.equal([
      "CartCurrencyChanged",
      "CartAttributesChanged",
    ]);
    expect(typesOf(await api.send("PATCH", path, { attributes: { note: "Ring" } }))).to.deep.equal([]);
    expectProblem(await api.send("PATCH", path, { currency: "XYZ" }), 422, "currency-unknown", ["currency"]);
    const long = Object.fromEntries(["a", "b", "c"].map((name) => [name, "x".repeat(500)]));
    expectProblem(await api.send("PATCH", path, { attributes: long }), 422, "attributes-too-large", ["attributes"]);
    const another = { user_id: "user-123", attributes: long };
    expectProblem(await api.send("POST", `/carts/${uuidv7()}`, another), 422, "attributes-too-large", ["attributes"]);
    expectProblem(await api.send("POST", `/carts/${uuidv7()}`, { user_id: "user-123", currency: "XYZ" }), 422, "currency-unknown", [
      "currency",
    ]);
    for (const body of [
      {},
      { attributes: {} },
      { attributes: { "no name": 1 } },
      { attributes: { a: [] } },
      { attributes: { a: "x".repeat(501) } },
    ])
      expectProblem(await api.send("PATCH", path, body), 400, "validation");
    const added = await api.send("POST", `${path}/items`, { ...item, currency: "JPY", price: 500 });
    expect(typesOf(added)).to.deep.equal(["CartCurrencyChanged", "ItemAddedToCart"]);
    expectProblem(await api.send("PATCH", path, { currency: "EUR" }), 409, "currency-mismatch", ["currency"]);
    const { state } = (await loadStreams(api.pool, cartAggregate, [cart])).get(cart) ?? {};
    expect(state).to.deep.include({ status: "OPEN", currency: "JPY", attributes: { locale: "da-DK", note: "Ring" } });
  });

  it("carries adjustments, whose amounts count at submission, and freezes them there", async () => {
    const cart = await newCart({});
    const set = (...adjustments: readonly object[]) => api.send("PUT", `/carts/${cart}/adjustments`, { adjustments });
    const [discount, shipping] = [
      { kind: "discount", amount: -5, label: "Spring sale", reference: "SPRING" },
      { kind: "shipping", amount: 4.99 },
    ];
    expect(typesOf(await set(discount, shipping))).to.deep.equal(["CartAdjustmentsChanged"]);
    expect(typesOf(await set(discount, shipping))).to.deep.equal([]);
    expectProblem(await set({ ...discount, amount: 5 }), 422, "adjustment-invalid", ["adjustments/0/amount"]);
    expectProblem(await set(discount, { kind: "tax", amount: 0.001 }), 422, "price-invalid", ["adjustments/1/amount"]);
    expectProblem(await set({ kind: "fee", amount: 9_999_999_999_999.99 }), 422, "amount-limit", ["adjustments"]);
    for (const bad of [{ kind: "gift", amount: 1 }, { kind: "fee" }, { kind: "fee", amount: "1" }, { kind: "fee", amount: 1, label: "" }])
      expectProblem(await set(bad), 400, "validation");
    expectProblem(await set(...Array.from({ length: 21 }, () => shipping)), 400, "validation", ["adjustments"]);
    const operations = [
      { op: "change_item", line_id: "item-456", quantity: 3 },
      { op: "set_adjustments", adjustments: [discount, { kind: "tax", amount: 0.001 }] },
    ];
    const refused = await api.send("POST", `/carts/${cart}/changes`, { operations });
    expectProblem(refused, 422, "price-invalid", ["operations/1/adjustments/1/amount"]);
    const wrong = [{ op: "set_adjustments", adjustments: [{ ...discount, amount: 5 }] }];
    expectProblem(await api.send("POST", `/carts/${cart}/changes`, { operations: wrong }), 422, "adjustment-invalid");
    await api.send("POST", `/carts/${cart}/submit`);
    expectProblem(await set(shipping), 409, "cart-submitted");
    const { state } = (await loadStreams(api.pool, cartAggregate, [cart])).get(cart) ?? {};
    expect(state?.status === "SUBMITTED" && totalAmount(state)).to.equal(5997);
  });

  it("claims a cart for the user that is named, and merges one into a cart that is not there", async () => {
    const [cart, target] = [await newCart({}), uuidv7()];
    expectProblem(await api.send("POST", `/carts/${cart}/claim`), 400, "validation", ["user_id"]);
    expect(typesOf(await api.send("POST", `/carts/${cart}/claim`, { user_id: "user-9" }))).to.deep.equal(["CartClaimed"]);
    expect(typesOf(await other.send("POST", `/carts/${cart}/claim`, { user_id: "user-9" }))).to.deep.equal([]);
    const merged = await other.send("POST", `/carts/${cart}/merge`, { target_cart_id: target, user_id: "user-10" });
    expect([merged.status, typesOf(merged)]).to.deep.equal([200, ["CartMergedInto"]]);
    expect(typesOf({ ...merged, json: merged.json["target"] as Reply["json"] })).to.deep.equal(["CartCreated", "CartMergedFrom"]);
    const { state } = (await loadStreams(api.pool, cartAggregate, [target])).get(target) ?? {};
    expect(state).to.include({ status: "OPEN", userId: "user-10" });
  });

  it("re-prices a line, alone and together with its quantity", async () => {
    const cart = await newCart({});
    const path = `/carts/${cart}/items/item-456`;
    expect(typesOf(await api.send("PATCH", path, { price: 24.99 }))).to.deep.equal(["ItemPriceChanged"]);
    expect(typesOf(await api.send("PATCH", path, { price: 24.99 }))).to.deep.equal([]);
    expect(typesOf(await api.send("PATCH", path, { price: 34.99, quantity: 3 }))).to.deep.equal([
      "ItemQuantityChanged",
      "ItemPriceChanged",
    ]);
    expectProblem(await api.send("PATCH", path, { price: 24.999 }), 422, "price-invalid", ["price"]);
    const { state } = (await loadStreams(api.pool, cartAggregate, [cart])).get(cart) ?? {};
    expect(state?.status === "OPEN" && [...state.lines.values()]).to.deep.include.members([
      { lineId: "item-456", itemId: "item-456", name: null, attributes: {}, quantity: 3, unitPrice: 3499, position: 1 },
    ]);
  });

  it("keeps lines of one item with other attributes apart", async () => {
    const cart = await newCart(
      {},
      { attributes: { size: "L", gift: true } },
      { attributes: { gift: true, size: "L" } },
      { attributes: { size: "M" } },
    );
    const { state } = (await loadStreams(other.pool, cartAggregate, [cart])).get(cart) ?? {};
    const lines = state?.status === "OPEN" ? [...state.lines.values()] : [];
    expect(lines.map(({ attributes, quantity }) => [attributes, quantity])).to.deep.equal([
      [{}, 2],
      [{ size: "L", gift: true }, 4],
      [{ size: "M" }, 2],
    ]);
    const [plain, large, medium] = lines.map(({ lineId }) => lineId);
    const quantity = (id: string | undefined) => api.send("PATCH", `/carts/${cart}/items/${id}`, { quantity: 7 });
    expect([plain, (await quantity(plain)).status, (await quantity(large)).status]).to.deep.equal(["item-456", 200, 200]);
    // The item's id is the id of the line without attributes, until that line is gone and two others are left.
    expect((await api.send("DELETE", `/carts/${cart}/items/item-456`)).status).to.equal(200);
    expectProblem(await api.send("DELETE", `/carts/${cart}/items/item-456`), 409, "item-ambiguous", ["item_id"]);
    expectProblem(await quantity("item-456"), 409, "item-ambiguous", ["item_id"]);
    expect((await api.send("DELETE", `/carts/${cart}/items/${medium}`)).status).to.equal(200);
    expect((await quantity("item-456")).status).to.equal(200);
  });

  it("takes a price of 25,990,000 VND and 100,000 units, and refuses a cart whose amounts would be inexact", async () => {
    const cart = await newCart({ currency: "VND", price: 25_990_000, quantity: 100_000 });
    const add = (changes: object) => api.send("POST", `/carts/${cart}/items`, { ...item, item_id: "b", ...changes });
    expectProblem(await add({ price: 999_999_999_999_999, quantity: 1 }), 422, "amount-limit", ["price"]);
    expectProblem(await add({ price: 1_000_000_000_000_000, quantity: 1 }), 400, "validation", ["price"]);
    expect((await add({ price: 997_400_999_999_999, quantity: 1 })).status).to.equal(200);
    const stream = (await loadStreams(other.pool, cartAggregate, [cart])).get(cart);
    expect(stream?.state.status === "OPEN" && totalAmount(stream.state)).to.equal(999_999_999_999_999);
    expectProblem(await api.send("PATCH", `/carts/${cart}/items/b`, { quantity: 2 }), 422, "amount-limit", ["quantity"]);
    expectProblem(
      await api.send("POST", `/carts/${cart}/merge`, { target_cart_id: await newCart({ currency: "VND", price: 1, item_id: "c" }) }),
      422,
      "amount-limit",
      ["target_cart_id"],
    );
  });

  it("takes every currency in which something is priced, and no metal, test or withdrawn one", async () => {
    for (const [currency, price] of [
      ["XCG", 1.01],
      ["VND", 25_990_000],
      ["KWD", 1.001],
      ["CLF", 1.0001],
    ] as const)
      await newCart({ currency, price });
    for (const currency of ["XAU", "XXX", "XTS", "DEM", "ABC"]) {
      const reply = await api.send("POST", `/carts/${uuidv7()}/items`, { ...item, currency });
      expectProblem(reply, 422, "currency-unknown", ["currency"]);
    }
  });

  describe("POST /carts/{id}/changes", () => {
    const change = (cart: string, operations: readonly object[], more: object = {}, headers: Record<string, string> = {}) =>
      api.send("POST", `/carts/${cart}/changes`, { operations, ...more }, headers);
    const add = { op: "add_item", item_id: "item-456", quantity: 2, price: 29.99 };

    it("executes all operations as one decision, with a version for each event", async () => {
      const cart = uuidv7();
      const reply = await change(
        cart,
        [
          add,
          { ...add, item_id: "b", attributes: { size: "L" } },
          { op: "change_item", line_id: "item-456", quantity: 5, price: 19.99 },
          { op: "change_item", line_id: "b", price: 1 },
          { op: "remove_item", line_id: "b" },
          { op: "clear" },
          add,
        ],
        { user_id: "user-123", currency: "EUR" },
      );
      const types = [
        "CartCreated",
        "ItemAddedToCart",
        "ItemAddedToCart",
        "ItemPriceChanged",
        "ItemQuantityChanged",
        "ItemPriceChanged",
        "ItemRemovedFromCart",
        "CartCleared",
        "ItemAddedToCart",
      ];
      expect([reply.status, typesOf(reply), reply.headers.get("etag")]).to.deep.equal([200, types, '"9"']);
      expect((reply.json["events"] as { version: number }[]).map(({ version }) => version)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(typesOf(await change(cart, [{ op: "change_item", line_id: "item-456", quantity: 2 }]))).to.deep.equal([]);
    });

    it("executes none if one is refused, and names that one", async () => {
      const cart = await newCart({});
      const refusals: readonly [operation: object, status: number, type: string, field: string][] = [
        [{ op: "remove_item", line_id: "z" }, 404, "item-not-found", "operations/1/line_id"],
        [{ op: "change_item", line_id: "z", quantity: 1 }, 404, "item-not-found", "operations/1/line_id"],
        [{ op: "change_item", line_id: "item-456", price: 1.001 }, 422, "price-invalid", "operations/1/price"],
        [{ ...add, quantity: 100_000 }, 422, "quantity-limit", "operations/1/quantity"],
        [{ op: "change_item", line_id: "b", quantity: 2, price: 9_999_999_999_999.99 }, 422, "amount-limit", "operations/1/price"],
        [{ op: "change_item", line_id: "b", quantity: 1, price: 9_999_999_999_999.99 }, 422, "amount-limit", "operations/1/price"],
        [{ op: "change_cart", currency: "EUR" }, 409, "currency-mismatch", "operations/1/currency"],
        [
          { op: "change_cart", attributes: { a: "x".repeat(500), b: "x".repeat(500), c: "x".repeat(500) } },
          422,
          "attributes-too-large",
          "operations/1/attributes",
        ],
        [
          { op: "set_adjustments", adjustments: [{ kind: "discount", amount: 1 }] },
          422,
          "adjustment-invalid",
          "operations/1/adjustments/0/amount",
        ],
        [
          { op: "set_adjustments", adjustments: [{ kind: "tax", amount: 0.001 }] },
          422,
          "price-invalid",
          "operations/1/adjustments/0/amount",
        ],
        [
          { op: "set_adjustments", adjustments: [{ kind: "tax", amount: 9_999_999_999_999.99 }] },
          422,
          "amount-limit",
          "operations/1/adjustments",
        ],
        [
          { ...add, attributes: { a: "x".repeat(500), b: "x".repeat(500), c: "x".repeat(500) } },
          422,
          "attributes-too-large",
          "operations/1/attributes",
        ],
      ];
      for (const [operation, status, type, field] of refusals) {
        const reply = await change(cart, [{ ...add, item_id: "b" }, operation, { op: "clear" }]);
        expectProblem(reply, status, type, [field]);
        expect(reply.json["operation"]).to.equal(1);
      }
      const mismatch = await change(cart, [{ op: "clear" }, { op: "remove_item", line_id: "item-456" }], {});
      expect(mismatch.json["operation"]).to.equal(1);
      const unknown = await change(cart, [{ op: "clear" }, { op: "change_cart", currency: "XYZ" }]);
      expectProblem(unknown, 422, "currency-unknown", ["operations/1/currency"]);
      expect(unknown.json["operation"]).to.equal(1);
      for (const [more, type] of [
        [{ user_id: "user-9" }, "cart-of-another-user"],
        [{ tenant_id: "shop-2" }, "cart-of-another-tenant"],
        [{ currency: "EUR" }, "currency-mismatch"],
      ] as const) {
        expectProblem(await change(cart, [add], more), 409, type, Object.keys(more));
      }
      expectProblem(await change(uuidv7(), [add], { user_id: "user-1", currency: "XYZ" }), 422, "currency-unknown", ["currency"]);
      expectProblem(await change(uuidv7(), [add]), 404, "not-found", ["user_id"]);
      expect(await versionOf(cart)).to.equal(2);
    });

    it("answers 400 with the place of each invalid field, and only of its own kind of operation", async () => {
      const cart = await newCart({});
      const cases: readonly [operations: readonly object[], fields: readonly string[]][] = [
        [[], ["operations"]],
        [Array.from({ length: 101 }, () => ({ op: "clear" })), ["operations"]],
        [[{ op: "clear" }, { op: "paint" }], ["operations/1/op"]],
        [[{ op: "clear" }, {}], ["operations/1/op"]],
        [[{ op: "change_item", line_id: "item-456" }], ["operations/0"]],
        [[{ op: "change_item", line_id: "item-456", quantity: -1 }], ["operations/0/quantity"]],
        [[{ op: "remove_item" }], ["operations/0/line_id"]],
        [[{ ...add, price: -1, colour: "red" }], ["operations/0/colour", "operations/0/price"]],
        [[{ ...add, attributes: { size: null } }], ["operations/0/attributes/size"]],
        [[{ ...add, attributes: { "": 1, size: { s: 1 } } }], ["operations/0/attributes/", "operations/0/attributes/size"]],
      ];
      for (const [operations, fields] of cases) expectProblem(await change(cart, operations), 400, "validation", fields);
      expect(await versionOf(cart)).to.equal(2);
    });

    it("takes 100 operations, If-Match and an idempotency key as the other commands do", async () => {
      const cart = await newCart({});
      const operations = Array.from({ length: 100 }, (_, n) => ({ ...add, item_id: `item-${n}` }));
      const headers = { "Idempotency-Key": "changes-1", "If-Match": '"2"' };
      const first = await change(cart, operations, {}, headers);
      expect([first.status, first.headers.get("etag")]).to.deep.equal([200, '"102"']);
      const again = await change(cart, operations, {}, headers);
      expect([again.text, again.headers.get("idempotency-replayed")]).to.deep.equal([first.text, "true"]);
      expectProblem(await change(cart, operations, {}, { "If-Match": '"2"' }), 412, "version-mismatch");
      expectProblem(await change(cart, operations.slice(1), {}, headers), 422, "idempotency-key-reused", ["Idempotency-Key"]);
      expect(await versionOf(cart)).to.equal(102);
    });
  });

  it("merges a cart into another, and answers with both", async () => {
    const [source, target] = [await newCart({}, { item_id: "b", quantity: 1 }), await newCart({ user_id: "user-9", quantity: 1 })];
    const reply = await api.send("POST", `/carts/${source}/merge`, { target_cart_id: target.toUpperCase(), strategy: "max" });
    expect(reply.headers.get("etag")).to.equal('"4"');
    expect(reply.json).to.deep.include({ aggregate_id: source, version: 4, status: "success" });
    expect(reply.json["target"]).to.have.keys("aggregate_id", "version", "events").and.include({ aggregate_id: target, version: 3 });
    expect(typesOf(reply)).to.deep.equal(["CartMergedInto"]);

    const again = await other.send("POST", `/carts/${source}/merge`, { target_cart_id: target });
    expect([again.status, typesOf(again)]).to.deep.equal([200, []]);
    const streams = await loadStreams(api.pool, cartAggregate, [source, target]);
    expect(streams.get(source)?.state).to.include({ status: "MERGED", mergedInto: target });
    const merged = streams.get(target)?.state;
    expect(merged?.status === "OPEN" && itemCount(merged)).to.equal(3);
  });

  it("purchases a cart once, however often the payment provider reports the order, and names the order to every other one", async () => {
    const cart = await newCart({});
    const purchase = (process: CommandApi, order_id: string) => process.send("POST", `/carts/${cart}/purchase`, { order_id });
    expect(typesOf(await purchase(api, "order-1"))).to.deep.equal(["CartPurchased"]);
    for (const process of [api, other]) {
      const again = await purchase(process, "order-1");
      expect([again.status, typesOf(again), again.json["version"], again.headers.get("etag")]).to.deep.equal([200, [], 3, '"3"']);
      const another = await purchase(process, "order-2");
      expectProblem(another, 409, "cart-closed");
      expect(another.json["order_id"]).to.equal("order-1");
    }
    expect(await versionOf(cart)).to.equal(3);
  });

  describe("answers a problem for", () => {
    const order = { order_id: "order-1" };

    it("a cart that does not exist", async () => {
      const cart = uuidv7();
      for (const [method, path, body] of [
        ["PATCH", "items/a", { quantity: 1 }],
        ["DELETE", "items/a", undefined],
        ["DELETE", "items", undefined],
        ["POST", "claim", { user_id: "user-9" }],
        ["POST", "submit", undefined],
        ["POST", "reopen", undefined],
        ["POST", "purchase", order],
        ["POST", "merge", { target_cart_id: uuidv7() }],
      ] as const) {
        const reply = await api.send(method, `/carts/${cart}/${path}`, body);
        expectProblem(reply, 404, "not-found");
      }
    });

    it("a cart that takes no change", async () => {
      const target_cart_id = await newCart({});
      const frozen: readonly [step: string, body: unknown, type: string][] = [
        ["submit", undefined, "cart-submitted"],
        ["purchase", order, "cart-closed"],
        ["merge", { target_cart_id }, "cart-merged"],
      ];
      for (const [step, body, type] of frozen) {
        const cart = await newCart({});
        expect((await api.send("POST", `/carts/${cart}/${step}`, body)).status).to.equal(200);
        expectProblem(await api.send("POST", `/carts/${cart}/items`, item), 409, type);
        expectProblem(await api.send("DELETE", `/carts/${cart}/items`), 409, type);
        expectProblem(await api.send("POST", `/carts/${target_cart_id}/merge`, { target_cart_id: cart }), 409, type, ["target_cart_id"]);
      }
    });

    it("an empty cart", async () => {
      const cart = await newCart({});
      await api.send("DELETE", `/carts/${cart}/items`);
      expectProblem(await api.send("POST", `/carts/${cart}/submit`), 409, "cart-empty");
      expectProblem(await api.send("POST", `/carts/${cart}/purchase`, order), 409, "cart-empty");
    });

    it("an item that is not in the cart", async () => {
      const cart = await newCart({});
      expectProblem(await api.send("PATCH", `/carts/${cart}/items/b`, { quantity: 1 }), 404, "item-not-found", ["item_id"]);
      expectProblem(await api.send("DELETE", `/carts/${cart}/items/b`), 404, "item-not-found", ["item_id"]);
    });

    it("another tenant, another currency and itself", async () => {
      const cart = await newCart({});
      expectProblem(await api.send("POST", `/carts/${cart}/items`, { ...item, tenant_id: "shop-2" }), 409, "cart-of-another-tenant", [
        "tenant_id",
      ]);
      expectProblem(await api.send("POST", `/carts/${cart}/items`, { ...item, currency: "EUR" }), 409, "currency-mismatch", ["currency"]);
      const merge = (target_cart_id: string) => api.send("POST", `/carts/${cart}/merge`, { target_cart_id });
      expectProblem(await merge(await newCart({ tenant_id: "shop-2" })), 409, "cart-of-another-tenant", ["target_cart_id"]);
      expectProblem(await merge(await newCart({ currency: "EUR" })), 409, "currency-mismatch", ["target_cart_id"]);
      expectProblem(await merge(cart.toUpperCase()), 422, "cart-merged-into-itself", ["target_cart_id"]);
      expectProblem(await merge(uuidv7()), 404, "not-found", ["target_cart_id"]);
    });

    it("a line or a cart that would be too great", async () => {
      const [most, full] = [await newCart({ quantity: 100_000 }), uuidv7()];
      expectProblem(await api.send("POST", `/carts/${most}/items`, item), 422, "quantity-limit", ["quantity"]);
      const small = await newCart({ item_id: "b" }, { item_id: "c" });
      const adds = Array.from({ length: 499 }, (_, n) => api.send("POST", `/carts/${full}/items`, { ...item, item_id: `item-${n}` }));
      expect(new Set((await Promise.all(adds)).map(({ status }) => status))).to.deep.equal(new Set([200]));
      expectProblem(await api.send("POST", `/carts/${small}/merge`, { target_cart_id: full }), 422, "line-limit", ["target_cart_id"]);
      expectProblem(await api.send("POST", `/carts/${most}/merge`, { target_cart_id: await newCart({}) }), 422, "quantity-limit", [
        "target_cart_id",
      ]);
      await api.send("POST", `/carts/${full}/items`, { ...item, item_id: "500th" });
      expectProblem(await api.send("POST", `/carts/${full}/items`, { ...item, item_id: "501st" }), 422, "line-limit", ["item_id"]);
    });

    it("bad input", async () => {
      const cart = await newCart({});
      const target_cart_id = uuidv7();
      const cases: readonly [method: string, path: string, body: unknown, fields: readonly string[]][] = [
        ["PATCH", "items/item-456", { quantity: -1 }, ["quantity"]],
        ["PATCH", "items/item-456", { quantity: 100_001 }, ["quantity"]],
        ["PATCH", "items/item-456", { quantity: 1.5 }, ["quantity"]],
        ["PATCH", "items/item-456", { quantity: 1, name: "Cup" }, ["name"]],
        ["PATCH", "items/item-456", {}, [""]],
        ["PATCH", "items/item-456", { price: -1 }, ["price"]],
        ["PATCH", "items/item-456", undefined, []],
        ["PATCH", `items/${"x".repeat(65)}`, { quantity: 1 }, ["item_id"]],
        ["DELETE", `items/${"x".repeat(65)}`, undefined, ["item_id"]],
        ["POST", "submit", { colour: "red" }, ["colour"]],
        ["POST", "reopen", [], [""]],
        ["POST", "merge", undefined, []],
        ["POST", "merge", {}, ["target_cart_id"]],
        ["POST", "merge", { target_cart_id: "cart-2" }, ["target_cart_id"]],
        ["POST", "merge", { target_cart_id, strategy: "min" }, ["strategy"]],
      ];
      for (const [method, path, body, fields] of cases) {
        expectProblem(await api.send(method, `/carts/${cart}/${path}`, body), 400, "validation", fields);
      }
      expect(await versionOf(cart)).to.equal(2);
    });

    it("an item's address without the item, which must not clear the cart", async () => {
      const cart = await newCart({});
      expectProblem(await api.send("DELETE", `/carts/${cart}/items/`), 404, "not-found");
      expect(await versionOf(cart)).to.equal(2);
    });

    it("another method", async () => {
      const cart = uuidv7();
      for (const [path, allow] of [
        ["items", "POST, DELETE"],
        ["items/a", "PATCH, DELETE"],
        ["changes", "POST"],
        ["submit", "POST"],
        ["merge", "POST"],
      ] as const) {
        const reply = await api.send("PUT", `/carts/${cart}/${path}`);
        expectProblem(reply, 405, "method-not-allowed");
        expect(reply.headers.get("allow")).to.equal(allow);
      }
    });
  });

  describe("If-Match", () => {
    const add = (cart: string, ifMatch: string): Promise<Reply> => api.send("POST", `/carts/${cart}/items`, item, { "If-Match": ifMatch });

    it("lets the command through at that version, or at any with *", async () => {
      const cart = await newCart({});
      expect((await add(cart, '"2"')).headers.get("etag")).to.equal('"3"');
      expect((await add(cart, "*")).headers.get("etag")).to.equal('"4"');
      const patched = await api.send("PATCH", `/carts/${cart}/items/item-456`, { quantity: 1 }, { "If-Match": '"4"' });
      expect(patched.headers.get("etag")).to.equal('"5"');
    });

    it("answers 412 with the current version at another one, also when another process wrote it, and stores nothing", async () => {
      const cart = await newCart({});
      await other.send("DELETE", `/carts/${cart}/items`);
      for (const [method, path, body] of [
        ["POST", "items", item],
        ["DELETE", "items", undefined],
        ["POST", "submit", undefined],
        ["POST", "merge", { target_cart_id: await newCart({}) }],
      ] as const) {
        const reply = await api.send(method, `/carts/${cart}/${path}`, body, { "If-Match": '"2"' });
        expectProblem(reply, 412, "version-mismatch");
        expect(reply.json).to.include({ current_version: 3 });
        expect(reply.headers.get("etag")).to.equal('"3"');
      }
      expect(await versionOf(cart)).to.equal(3);
    });

    it("answers 412 for a cart that does not exist", async () => {
      for (const ifMatch of ["*", '"1"']) {
        const reply = await add(uuidv7(), ifMatch);
        expectProblem(reply, 412, "version-mismatch");
        expect([reply.json["current_version"], reply.headers.get("etag")]).to.deep.equal([0, null]);
      }
    });

    it("lets the command through if one ETag of a list is that of the version", async () => {
      const cart = await newCart({});
      expect((await add(cart, '"1", "2"')).headers.get("etag")).to.equal('"3"');
      expect((await add(cart, 'W/"1" ,, "a,b","3" ,')).headers.get("etag")).to.equal('"4"');
    });

    it("answers 412 for a weak ETag, and for ETags that no version of the cart has", async () => {
      const cart = await newCart({});
      for (const ifMatch of ['W/"2"', 'W/"2", "1"', '"0"', '"02"', '"two"', '"1", "3"', '"99999999999"', '""']) {
        expectProblem(await add(cart, ifMatch), 412, "version-mismatch");
      }
      expect(await versionOf(cart)).to.equal(2);
    });

    it("answers 400 when it is not a list of ETags, and soon for a long one", async () => {
      const cart = await newCart({});
      const started = performance.now();
      for (const ifMatch of [
        "2",
        '"2',
        "W/2",
        '"2" *',
        '*, "2"',
        '"1" "2"',
        "",
        `"1"${" ,".repeat(4_000)} x`,
        `"1"${" ".repeat(8_000)}x`,
      ]) {
        expectProblem(await add(cart, ifMatch), 400, "validation", ["If-Match"]);
      }
      expect(performance.now() - started).to.be.below(10_000);
      expect(await versionOf(cart)).to.equal(2);
    });
  });

  it("loses and fails none of 2,000 adds of 64 clients to one cart, through two processes", async function () {
    this.timeout(120_000);
    const cart = uuidv7();
    const statuses = new Map<number, number>();
    const versions = new Set<unknown>();
    let next = 0;
    await Promise.all(
      Array.from({ length: 64 }, async (_, client) => {
        const process = client % 2 === 0 ? api : other;
        for (let n = next++; n < 2000; n = next++) {
          const { status, json } = await process.send("POST", `/carts/${cart}/items`, { ...item, item_id: `item-${n % 50}`, quantity: 1 });
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          versions.add(json["version"]);
        }
      }),
    );
    expect([...statuses]).to.deep.equal([[200, 2000]]);
    expect(versions.size).to.equal(2000);
    const stream = (await loadStreams(api.pool, cartAggregate, [cart])).get(cart);
    expect(stream?.version).to.equal(2001);
    expect(stream?.state.status === "OPEN" && itemCount(stream.state)).to.equal(2000);
  });

  describe("Idempotency-Key", () => {
    const add = (on: CommandApi, cart: string, key: string, body: unknown = item): Promise<Reply> =>
      on.send("POST", `/carts/${cart}/items`, body, { "Idempotency-Key": key });
    const replayed = ({ headers }: Reply): string | null => headers.get("idempotency-replayed");

    it("gives the first answer again, byte for byte, from any process", async () => {
      const cart = uuidv7();
      const first = await add(api, cart, "key-1");
      expect([first.status, replayed(first)]).to.deep.equal([200, null]);
      await api.send("DELETE", `/carts/${cart}/items`);
      for (const process of [api, other]) {
        const again = await add(process, cart.toUpperCase(), "key-1", {
          price: 29.99,
          quantity: 2,
          item_id: "item-456",
          user_id: "user-123",
        });
        expect([again.status, again.text, again.headers.get("etag"), replayed(again)]).to.deep.equal([200, first.text, '"2"', "true"]);
        expect(again.headers.get("content-type")).to.equal(first.headers.get("content-type"));
      }
      expect(await versionOf(cart)).to.equal(3);
    });

    it("works for every command", async () => {
      const [cart, target_cart_id] = [await newCart({}), await newCart({})];
      for (const [n, [method, path, body]] of (
        [
          ["PATCH", "items/item-456", { quantity: 9, price: 39.99 }],
          ["POST", "changes", { operations: [{ op: "change_item", line_id: "item-456", quantity: 8 }] }],
          ["DELETE", "items/item-456", undefined],
          ["POST", "items", item],
          ["DELETE", "items", undefined],
          ["POST", "items", item],
          ["PUT", "adjustments", { adjustments: [{ kind: "fee", amount: 1 }] }],
          ["PATCH", "", { attributes: { note: "Ring" } }],
          ["POST", "claim", { user_id: "user-9" }],
          ["POST", "submit", undefined],
          ["POST", "reopen", undefined],
          ["POST", "merge", { target_cart_id }],
        ] as const
      ).entries()) {
        const send = () => api.send(method, `/carts/${cart}/${path}`.replace(/\/$/, ""), body, { "Idempotency-Key": `key-${n}` });
        const [first, again] = [await send(), await send()];
        expect([first.status, again.text, replayed(again)], `${method} ${path}`).to.deep.equal([200, first.text, "true"]);
      }
      expect([await versionOf(cart), await versionOf(target_cart_id)]).to.deep.equal([15, 3]);
    });

    it("answers 422 when it came with another body, address or method", async () => {
      const cart = uuidv7();
      await add(api, cart, "key-1");
      const others = [
        add(other, cart, "key-1", { ...item, quantity: 3 }),
        api.send("POST", `/additem/${cart}`, item, { "Idempotency-Key": "key-1" }),
        api.send("DELETE", `/carts/${cart}/items`, undefined, { "Idempotency-Key": "key-1" }),
      ];
      for (const reply of await Promise.all(others)) expectProblem(reply, 422, "idempotency-key-reused", ["Idempotency-Key"]);
      expect(await versionOf(cart)).to.equal(2);
    });

    it("appends once when it comes twice at the same moment", async () => {
      const cart = uuidv7();
      const replies = await Promise.all([api, other, api, other].map((process) => add(process, cart, "key-1")));
      expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).to.equal(1);
      expect(replies.filter((reply) => replayed(reply) === null)).to.have.length(1);
      expect(await versionOf(cart)).to.equal(2);
    });

    it("is free again after a refusal", async () => {
      const cart = uuidv7();
      const submit = () => api.send("POST", `/carts/${cart}/submit`, undefined, { "Idempotency-Key": "key-1" });
      expectProblem(await submit(), 404, "not-found");
      await api.send("POST", `/carts/${cart}/items`, item);
      const reply = await submit();
      expect([reply.status, replayed(reply)]).to.deep.equal([200, null]);
    });

    it("answers 400 when it is not 1 to 255 visible ASCII characters", async () => {
      const cart = uuidv7();
      for (const key of ["", "a b", "é", "x".repeat(256)]) expectProblem(await add(api, cart, key), 400, "validation", ["Idempotency-Key"]);
      expect(await versionOf(cart)).to.equal(0);
      expect((await add(api, cart, "~".repeat(255))).status).to.equal(200);
    });
  });
});
