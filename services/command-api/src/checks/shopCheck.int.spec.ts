import { eventStoreTables } from "@cart/event-store/testing";
import { migrateEventStore } from "@cart/migrations";
import { bearer, fixedClock, type TokenClaims, tokenEnv, useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { v7 as uuidv7 } from "uuid";
import { type Asked, type ShopService, startShopService } from "../testing/shopService.ts";
import { type CommandApi, type Reply, startCommandApi } from "../testing/startCommandApi.ts";

const shopper: TokenClaims = { sub: "ann", tenant_id: "shop-1" };
const priced = { answer: { allowed: true, price: 2.5, name: "Cup" } };
const refusing = { answer: { allowed: false, reasons: [{ code: "OUT_OF_STOCK", message: "only 1 is left", item_id: "item-1" }] } };
/** Milliseconds: enough for the answers of a busy machine, and short enough to wait for when there are none. */
const timeoutMs = 1_500;
const now = fixedClock("2025-11-20T16:30:00.000Z");

describe("the shop's check", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let shop: ShopService;
  let api: CommandApi;
  /** Asks nobody. */
  let unchecked: CommandApi;
  const env = () => ({ ...tokenEnv, CART_CHECK_URL: shop.url, CART_CHECK_TOKEN: "let me in", CART_CHECK_TIMEOUT_MS: String(timeoutMs) });
  before(async () => {
    unchecked = await startCommandApi(database.url(), now);
  });
  after(() => unchecked.stop());
  // A service of its own for each test: it remembers how often the shop's service has failed.
  beforeEach(async () => {
    shop = await startShopService();
    api = await startCommandApi(database.url(), now, env());
  });
  afterEach(async () => {
    await api.stop();
    await shop.stop();
  });

  const send = async (method: string, path: string, body?: unknown, headers: object = {}, to = api): Promise<Reply> =>
    to.send(method, path, body, { ...(await bearer(shopper)), ...headers });
  const add = (cart: string, body: object = {}, headers: object = {}, to = api): Promise<Reply> =>
    send("POST", `/carts/${cart}/items`, { item_id: "item-1", ...body }, headers, to);
  /** A cart of the shopper, of which the check was not asked. */
  const newCart = async (items = 1): Promise<string> => {
    const cart = uuidv7();
    for (let n = 1; n <= items; n += 1) await addUnchecked(cart, `item-${n}`);
    return cart;
  };
  const addUnchecked = async (cart: string, itemId: string): Promise<void> => {
    const body = { user_id: "ann", tenant_id: "shop-1", item_id: itemId, price: 1 };
    expect((await unchecked.send("POST", `/carts/${cart}/items`, body)).status).to.equal(200);
  };
  const typesOf = async (cart: string): Promise<unknown[]> =>
    (await eventStoreTables(api.pool).events.rows({ aggregate_id: cart })).map(({ event_type: type }) => type);
  const expectProblem = ({ status, json, text }: Reply, expected: number, type: string): void => {
    expect([status, json["type"]], text).to.deep.equal([expected, `/problems/${type}`]);
  };

  it("is asked with the proposed change and the cart, and names the price of a shopper's item", async () => {
    shop.behaves = priced;
    const cart = uuidv7();
    expect((await add(cart, { quantity: 2 })).status).to.equal(200);
    expect((await send("POST", `/additem/${cart}`, { item_id: "item-1" })).status).to.equal(200);
    const [first, second] = shop.asked;
    const item = { item_id: "item-1", attributes: {}, quantity: 2, price: null, name: null };
    expect(first?.change).to.deep.equal({ operation: "add", item, currency: "USD" });
    expect(first).to.deep.include({ cart_id: cart, tenant_id: "shop-1", user_id: "ann", cart: null });
    expect(first?.headers).to.include({ authorization: "Bearer let me in", "content-type": "application/json" });
    expect(second?.cart).to.deep.include({ version: 2, total_amount: 5, item_count: 2, status: "OPEN", currency: "USD" });
    const [, added] = await eventStoreTables(api.pool).events.rows({ aggregate_id: cart });
    expect(added?.["event_data"]).to.include({ unit_price: 250, name: "Cup" });
    expect(shop.connections(), "one connection is kept").to.equal(1);
  });

  it("replaces a price that the back end has sent, and must name one that nobody has sent", async () => {
    shop.behaves = { answer: { allowed: true, price: 7, whatever: 1 } };
    const cart = uuidv7();
    const headers = await bearer({ ...shopper, scope: "carts:price" });
    expect((await add(cart, { price: 1, name: "Mug" }, headers)).status).to.equal(200);
    const [, added] = await eventStoreTables(api.pool).events.rows({ aggregate_id: cart });
    expect(added?.["event_data"]).to.include({ unit_price: 700, name: "Mug" });
    shop.behaves = { answer: { allowed: true } };
    expect((await add(cart, { price: 1 }, headers)).status).to.equal(200);
    for (const path of [`/carts/${cart}/items`, `/additem/${cart}`]) {
      expectProblem(await send("POST", path, { item_id: "item-1" }), 422, "price-invalid");
      expectProblem(await send("POST", path, { item_id: "item-1", price: 0.01 }), 403, "forbidden");
    }
  });

  it("corrects the prices of a cart that is submitted, in the same decision", async () => {
    const cart = await newCart(3);
    const prices = [
      { line_id: "item-1", price: 0.75 },
      { line_id: "item-3", price: 1 },
    ];
    shop.behaves = { answer: { allowed: true, prices, price: 99 } };
    const reply = await send("POST", `/carts/${cart}/submit`);
    expect(reply.status, reply.text).to.equal(200);
    expect((reply.json["events"] as { type: string }[]).map(({ type }) => type)).to.deep.equal(["ItemPriceChanged", "CartSubmitted"]);
    const data = (await eventStoreTables(api.pool).events.rows({ aggregate_id: cart })).map(({ event_data: each }) => each).slice(-2);
    expect(data[0]).to.deep.equal({ line_id: "item-1", item_id: "item-1", unit_price: 75, previous_unit_price: 100 });
    expect(data[1]).to.include({ total_amount: 275 });
    shop.behaves = { answer: { allowed: true, prices: [{ line_id: "item-1", price: 9 }] } };
    expect((await send("POST", `/carts/${cart}/submit`)).json["events"], "it is submitted already").to.deep.equal([]);
  });

  it("is asked about the result of a merge, and corrects its prices", async () => {
    const [source, target] = [await newCart(2), await newCart(1)];
    shop.behaves = {
      answer: {
        allowed: true,
        prices: [
          { line_id: "item-2", price: 2 },
          { line_id: "item-1", price: 1.5 },
        ],
      },
    };
    const reply = await send("POST", `/carts/${source}/merge`, { target_cart_id: target });
    expect(reply.status, reply.text).to.equal(200);
    const [asked] = shop.asked;
    expect(asked?.cart_id).to.equal(source);
    const lines = [
      { line_id: "item-1", item_id: "item-1", name: null, attributes: {}, quantity: 2, price: 1 },
      { line_id: "item-2", item_id: "item-2", name: null, attributes: {}, quantity: 1, price: 1 },
    ];
    expect(asked?.change).to.have.nested.property("result.items").that.deep.equals(lines);
    expect(asked?.change).to.deep.nested.include({
      "result.id": target,
      "result.version": 3,
      "result.total_amount": 3,
      "target.version": 2,
    });
    expect(await typesOf(target)).to.deep.equal([
      "CartCreated",
      "ItemAddedToCart",
      "CartMergedFrom",
      "ItemPriceChanged",
      "ItemPriceChanged",
    ]);
  });

  it("counts as away if it corrects what it cannot: no client is to blame for that", async () => {
    const cart = await newCart(2);
    const once = { line_id: "item-1", price: 2 };
    for (const prices of [
      [once, once],
      [once, { line_id: "item-9", price: 2 }],
      [{ ...once, price: 2.001 }],
      [{ ...once, price: -1 }],
      {},
    ]) {
      shop.behaves = { answer: { allowed: true, prices } };
      expectProblem(await send("POST", `/carts/${cart}/submit`), 503, "check-unavailable");
    }
    shop.behaves = { answer: { allowed: true, prices: [once, once] } };
    expectProblem(await send("POST", `/carts/${cart}/merge`, { target_cart_id: await newCart() }), 503, "check-unavailable");
    shop.behaves = { answer: { allowed: true, price: 2.001 } };
    expectProblem(await add(cart), 503, "check-unavailable");
    expect(await typesOf(cart)).to.have.length(3);
    shop.behaves = { answer: { allowed: true, prices: [{ ...once, price: 9_999_999_999_999 }] } };
    expectProblem(await send("POST", `/carts/${cart}/submit`), 422, "amount-limit");
  });

  it("is asked about each added item of several changes with the cart that the operations before it leave", async () => {
    const cart = await newCart();
    shop.behaves = priced;
    const operations = [
      { op: "add_item", item_id: "item-2", quantity: 2 },
      { op: "remove_item", line_id: "item-1" },
      { op: "add_item", item_id: "item-2", quantity: 3 },
      { op: "change_item", line_id: "item-2", quantity: 1 },
    ];
    const reply = await send("POST", `/carts/${cart}/changes`, { operations });
    expect(reply.status, reply.text).to.equal(200);
    expect(shop.asked.map((asked) => asked.cart?.items.map(({ item_id }) => item_id))).to.deep.equal([["item-1"], ["item-2"]]);
    expect(shop.asked[1]?.cart).to.deep.include({ version: 4, item_count: 2, total_amount: 5 });

    shop.behaves = { answer: ({ cart: seen }: Asked) => (seen?.items.length === 2 ? refusing.answer : priced.answer) };
    const refused = await send("POST", `/carts/${cart}/changes`, {
      operations: [
        { op: "add_item", item_id: "item-3" },
        { op: "add_item", item_id: "item-4" },
      ],
    });
    expectProblem(refused, 422, "change-refused");
    expect(refused.json["operation"]).to.equal(1);
    const unknown = await send("POST", `/carts/${cart}/changes`, { operations: [{ op: "remove_item", line_id: "item-9" }, ...operations] });
    expectProblem(unknown, 404, "item-not-found");
    expect([unknown.json["operation"], shop.asked.length]).to.deep.equal([0, 4]);
    expect(await typesOf(cart), "all or nothing").to.have.length(6);
  });

  it("is not asked about an item that cannot be added at any price", async () => {
    const cart = await newCart();
    expectProblem(await add(cart, { currency: "EUR" }), 409, "currency-mismatch");
    expectProblem(await add(cart, { quantity: 100_000 }), 422, "quantity-limit");
    expectProblem(await add(cart, {}, { "If-Match": '"1"' }), 412, "version-mismatch");
    await unchecked.send("POST", `/carts/${cart}/submit`);
    expectProblem(await add(cart), 409, "cart-submitted");
    expect(shop.asked).to.have.length(0);
  });

  it("is asked once about each of several items that are added at once", async () => {
    const cart = await newCart();
    shop.behaves = priced;
    const items = Array.from({ length: 12 }, (_, n) => `added-${n}`);
    const replies = await Promise.all(items.map((item_id) => add(cart, { item_id })));
    expect(replies.map(({ status }) => status)).to.deep.equal(items.map(() => 200));
    expect(shop.asked.map((asked) => asked.cart?.items.length)).to.deep.equal(items.map((_, n) => n + 1));
  });

  const checkedChanges: readonly [name: string, send: (cart: string) => Promise<Reply>][] = [
    ["add", (cart) => add(cart)],
    ["add by the short address", (cart) => send("POST", `/additem/${cart}`, { item_id: "item-1" })],
    ["submit", (cart) => send("POST", `/carts/${cart}/submit`)],
    ["change", (cart) => send("POST", `/carts/${cart}/changes`, { operations: [{ op: "clear" }, { op: "add_item", item_id: "item-1" }] })],
    ["merge", async (cart) => send("POST", `/carts/${cart}/merge`, { target_cart_id: await newCart() })],
  ];
  for (const [name, operation] of checkedChanges) {
    it(`refuses to ${name}, with the shop's reasons for the client`, async () => {
      shop.behaves = refusing;
      const cart = await newCart();
      const reply = await operation(cart);
      expectProblem(reply, 422, "change-refused");
      expect(reply.json["reasons"]).to.deep.equal(refusing.answer.reasons);
      expect(await typesOf(cart)).to.have.length(2);
      shop.behaves = priced;
      expect((await operation(cart)).status).to.equal(200);
    });

    it(`makes it impossible to ${name} while it is away`, async () => {
      const cart = await newCart();
      await shop.stop();
      const reply = await operation(cart);
      expectProblem(reply, 503, "check-unavailable");
      expect(reply.headers.get("Retry-After")).to.equal("1");
      expect(await typesOf(cart)).to.have.length(2);
      shop = await startShopService();
    });
  }

  for (const behaviour of ["hang", "trickle", "endless", "reset", "redirect", "no json"] as const) {
    it(`counts as away, and is given up within its time, if its answer is: ${behaviour}`, async () => {
      shop.behaves = behaviour;
      const began = performance.now();
      expectProblem(await add(uuidv7()), 503, "check-unavailable");
      expect(performance.now() - began).to.be.lessThan(2 * timeoutMs);
    });
  }

  it("counts as away if its answer has another status or form than the documented one", async () => {
    const reasons = Array.from({ length: 21 }, () => ({ code: "A", message: "b" }));
    for (const answer of [{}, { allowed: "yes" }, { allowed: false }, { allowed: true, price: -1 }, { allowed: false, reasons }]) {
      shop.behaves = { answer };
      expectProblem(await add(uuidv7()), 503, "check-unavailable");
    }
    shop.behaves = { answer: { allowed: true, price: 1 }, status: 500 };
    expectProblem(await add(uuidv7()), 503, "check-unavailable");
  });

  it("lets changes pass while it is away if the service is told to, except those that need its price", async () => {
    const lenient = await startCommandApi(database.url(), now, { ...env(), CART_CHECK_WHEN_AWAY: "allow" });
    shop.behaves = { answer: {}, status: 500 };
    const cart = await newCart();
    expectProblem(await add(cart, {}, {}, lenient), 422, "price-invalid");
    const headers = await bearer({ ...shopper, scope: "carts:price" });
    expect((await add(cart, { price: 1 }, headers, lenient)).status).to.equal(200);
    expect((await send("POST", `/carts/${cart}/submit`, undefined, {}, lenient)).status).to.equal(200);
    const another = await newCart();
    shop.behaves = refusing;
    expectProblem(await add(another, { price: 1 }, headers, lenient), 422, "change-refused");
    await lenient.stop();
  });

  it("is left alone for a while after it has failed again and again", async () => {
    shop.behaves = "reset";
    for (let n = 0; n < 30; n += 1) expectProblem(await add(uuidv7()), 503, "check-unavailable");
    expect(shop.asked).to.have.length(10);
  });

  it("is not asked about a submission that changes nothing, and the answer is as without it", async () => {
    const cart = await newCart();
    shop.behaves = priced;
    expect((await send("POST", `/carts/${cart}/submit`)).status).to.equal(200);
    shop.behaves = refusing;
    expect((await send("POST", `/carts/${cart}/submit`)).status).to.equal(200);
    expectProblem(await send("POST", `/carts/${uuidv7()}/submit`), 404, "not-found");
    expectProblem(await send("POST", `/carts/${cart}/merge`, { target_cart_id: await newCart() }), 409, "cart-submitted");
    expect(shop.asked.map(({ change }) => change.operation)).to.deep.equal(["submit"]);
  });

  it("sees nothing of a cart of others, whose answer is as that of an unknown one", async () => {
    const cart = await newCart();
    shop.behaves = priced;
    const stranger = await bearer({ sub: "bob", tenant_id: "shop-1" });
    expectProblem(await add(cart, {}, stranger), 404, "not-found");
    expectProblem(await send("POST", `/carts/${cart}/submit`, undefined, stranger), 404, "not-found");
    expect(shop.asked.map((asked) => asked.cart)).to.deep.equal([null]);
  });

  describe("of a cart that changes while the shop is asked", () => {
    it("is asked again about a submission, so that the shop has seen what is submitted", async () => {
      const cart = await newCart();
      let changes = 0;
      shop.behaves = { answer: { allowed: true }, before: async () => (changes += 1) === 1 && addUnchecked(cart, "item-2") };
      const reply = await send("POST", `/carts/${cart}/submit`);
      expect(reply.status, reply.text).to.equal(200);
      expect(shop.asked.map((asked) => asked.cart?.items.length)).to.deep.equal([1, 2]);
      expect(await typesOf(cart)).to.deep.equal(["CartCreated", "ItemAddedToCart", "ItemAddedToCart", "CartSubmitted"]);
    });

    it("is given up after three times, without an event", async () => {
      const cart = await newCart();
      let n = 1;
      shop.behaves = { answer: { allowed: true }, before: () => addUnchecked(cart, `item-${(n += 1)}`) };
      expectProblem(await send("POST", `/carts/${cart}/submit`), 503, "contended");
      expect(shop.asked).to.have.length(3);
      expect(await typesOf(cart)).not.to.include("CartSubmitted");
    });

    it("answers 412 to a client that has named the version", async () => {
      const cart = await newCart();
      shop.behaves = { answer: { allowed: true }, before: () => addUnchecked(cart, "item-2") };
      expectProblem(await send("POST", `/carts/${cart}/submit`, undefined, { "If-Match": '"2"' }), 412, "version-mismatch");
      expectProblem(await send("POST", `/carts/${cart}/submit`, undefined, { "If-Match": '"2"' }), 412, "version-mismatch");
      expectProblem(await send("POST", `/carts/${uuidv7()}/submit`, undefined, { "If-Match": "*" }), 412, "version-mismatch");
      expect(shop.asked).to.have.length(1);
    });

    it("is asked again about an added item, so that two of them cannot take the same stock", async () => {
      const cart = await newCart();
      let changes = 0;
      shop.behaves = {
        answer: ({ cart: seen }: Asked) => (seen?.items.length === 1 ? priced.answer : refusing.answer),
        before: async () => (changes += 1) === 1 && addUnchecked(cart, "item-2"),
      };
      expectProblem(await add(cart), 422, "change-refused");
      const again = uuidv7();
      shop.behaves = { ...priced, before: async () => (changes += 1) === 3 && addUnchecked(again, "item-2") };
      const operations = [{ op: "add_item", item_id: "item-1" }];
      expect((await send("POST", `/carts/${again}/changes`, { operations })).status).to.equal(200);
      expect(shop.asked.map((asked) => asked.cart?.items.length)).to.deep.equal([1, 2, undefined, 1]);
    });

    it("is asked again about a merge, and its prices are those of the carts that it has seen", async () => {
      const [source, target] = [await newCart(), await newCart()];
      let changes = 0;
      shop.behaves = {
        answer: { allowed: true, prices: [{ line_id: "item-1", price: 2 }] },
        before: async () => (changes += 1) === 1 && unchecked.send("DELETE", `/carts/${target}/items`),
      };
      expect((await send("POST", `/carts/${source}/merge`, { target_cart_id: target })).status).to.equal(200);
      expect(shop.asked.map(({ change }) => (change as { target?: { item_count: number } }).target?.item_count)).to.deep.equal([1, 0]);
    });

    it("is asked again about a merge that it has priced if a line is gone, instead of blaming the client for the line", async () => {
      const [source, target] = [await newCart(2), await newCart()];
      let changes = 0;
      shop.behaves = {
        answer: ({ change }: Asked) => ({
          allowed: true,
          prices: (change as { result?: { items: { line_id: string }[] } }).result?.items.map(({ line_id }) => ({ line_id, price: 2 })),
        }),
        before: async () => (changes += 1) === 1 && unchecked.send("DELETE", `/carts/${source}/items/item-2`),
      };
      const reply = await send("POST", `/carts/${source}/merge`, { target_cart_id: target });
      expect(reply.status, reply.text).to.equal(200);
      expect(shop.asked).to.have.length(2);
    });

    it("decides an added item on the changed cart", async () => {
      const cart = await newCart();
      shop.behaves = { ...priced, before: () => unchecked.send("POST", `/carts/${cart}/submit`) };
      expectProblem(await add(cart), 409, "cart-submitted");
    });

    it("does not merge into a cart of which the shop was not asked", async () => {
      const [source, target] = [await newCart(), await newCart()];
      await unchecked.send("POST", `/carts/${target}/submit`);
      expectProblem(await send("POST", `/carts/${source}/merge`, { target_cart_id: target }), 409, "cart-submitted");
      expect(shop.asked).to.have.length(0);
      await unchecked.send("POST", `/carts/${target}/reopen`);
      expect((await send("POST", `/carts/${source}/merge`, { target_cart_id: target })).status).to.equal(200);
      expect(shop.asked.map(({ change }) => change.operation)).to.deep.equal(["merge"]);
    });

    it("holds nothing open in MySQL", async () => {
      const cart = await newCart();
      const open: unknown[] = [];
      shop.behaves = {
        answer: { allowed: true },
        before: async () => {
          const [rows] = await api.pool.query(
            `SELECT COUNT(*) AS n FROM information_schema.innodb_trx t JOIN performance_schema.threads c
               ON c.PROCESSLIST_ID = t.trx_mysql_thread_id
             WHERE c.PROCESSLIST_DB = DATABASE() AND c.PROCESSLIST_ID <> CONNECTION_ID()`,
          );
          open.push(rows);
        },
      };
      expect((await send("POST", `/carts/${cart}/submit`)).status).to.equal(200);
      expect(open).to.deep.equal([[{ n: 0 }]]);
    });
  });

  it("is not asked again when a request is repeated with its key", async () => {
    shop.behaves = priced;
    const cart = uuidv7();
    const key = { "Idempotency-Key": "key-1" };
    const first = await add(cart, {}, key);
    shop.behaves = refusing;
    const again = await add(cart, {}, key);
    expect([again.status, again.text, again.headers.get("Idempotency-Replayed")]).to.deep.equal([200, first.text, "true"]);
    expect(shop.asked).to.have.length(1);
    expectProblem(await add(cart, {}, { "Idempotency-Key": "key-2" }), 422, "change-refused");
    shop.behaves = priced;
    expect((await add(cart, {}, { "Idempotency-Key": "key-2" })).status, "a refusal does not use up the key").to.equal(200);
  });

  it("is counted by operation and outcome", async () => {
    shop.behaves = priced;
    await add(uuidv7());
    shop.behaves = refusing;
    await send("POST", `/carts/${await newCart()}/submit`);
    const metrics = await (await fetch(`http://127.0.0.1:${api.port}/metrics`)).text();
    expect(metrics).to.match(/^cart_checks_total\{operation="add",outcome="corrected"[^}]*\} 1$/m);
    expect(metrics).to.match(/^cart_checks_total\{operation="submit",outcome="refused"[^}]*\} 1$/m);
  });
});
