import { eventStoreTables } from "@cart/event-store/testing";
import { migrateEventStore } from "@cart/migrations";
import { fixedClock, useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { v7 as uuidv7 } from "uuid";
import { type CommandApi, startCommandApi } from "./testing/startCommandApi.ts";

const seedBody = { user_id: "user-123", item_id: "item-456", quantity: 2, price: 29.99 };

describe("command API", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let api: CommandApi;

  before(async () => {
    api = await startCommandApi(database.url(), fixedClock("2025-11-20T16:30:00.000Z"));
  });
  after(() => api.stop());

  const send = (path: string, body: string, headers: Record<string, string> = { "Content-Type": "application/json" }): Promise<Response> =>
    fetch(`http://127.0.0.1:${api.port}${path}`, { method: "POST", body, headers });
  const post = async (path: string, body: unknown): Promise<{ status: number; headers: Headers; json: Record<string, unknown> }> => {
    const response = await send(path, JSON.stringify(body));
    return { status: response.status, headers: response.headers, json: (await response.json()) as Record<string, unknown> };
  };
  const storedEvents = (): Promise<number> => eventStoreTables(api.pool).events.count();

  it("answers the seed example as the contract says", async () => {
    const cart = "550e8400-e29b-41d4-a716-446655440000";
    const first = await post(`/additem/${cart}`, seedBody);
    expect(first.status).to.equal(200);
    expect(first.headers.get("etag")).to.equal('"2"');
    expect(first.json).to.deep.equal({
      aggregate_id: cart,
      version: 2,
      events: [
        { type: "CartCreated", version: 1, occurred_at: "2025-11-20T16:30:00.000Z" },
        { type: "ItemAddedToCart", version: 2, occurred_at: "2025-11-20T16:30:00.000Z" },
      ],
      status: "success",
      executed_at: "2025-11-20T16:30:00.000Z",
    });

    const second = await post(`/carts/${cart.toUpperCase()}/items`, { user_id: "user-123", item_id: "item-789", price: 1, name: "Cup" });
    expect(second.json).to.deep.include({
      aggregate_id: cart,
      version: 3,
      events: [{ type: "ItemAddedToCart", version: 3, occurred_at: "2025-11-20T16:30:00.000Z" }],
    });

    const bought = await post(`/carts/${cart}/purchase`, { order_id: "order-1" });
    expect(bought.json).to.deep.include({ version: 4 });
    const late = await post(`/carts/${cart}/items`, seedBody);
    expect([late.status, late.json["type"]]).to.deep.equal([409, "/problems/cart-closed"]);
  });

  it("stores a user id of 255 characters in the second version of its event", async () => {
    const cart = uuidv7();
    const user = "👤".repeat(255);
    expect((await post(`/carts/${cart}/items`, { ...seedBody, user_id: user })).status).to.equal(200);
    const [created] = await eventStoreTables(api.pool).events.rows({ aggregate_id: cart, version: 1 });
    expect(created).to.deep.include({ schema_version: 2, event_data: { user_id: user, tenant_id: "default", currency: "USD" } });
  });

  it("takes a user id that only looks like one of an erased user", async () => {
    for (const user_id of [
      "erased-",
      "erased-bob",
      "erased-5f0c2c58-5a9d-4a54-8c6f-0b9d0f6f8a01x",
      "Erased-5f0c2c58-5a9d-4a54-8c6f-0b9d0f6f8a01",
    ])
      expect((await post(`/carts/${uuidv7()}/items`, { ...seedBody, user_id })).status, user_id).to.equal(200);
  });

  it("stores the request's correlation id and trace context with the events", async () => {
    const cart = uuidv7();
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const headers = { "Content-Type": "application/json", "X-Correlation-Id": "request-7", traceparent };
    expect((await send(`/carts/${cart}/items`, JSON.stringify(seedBody), headers)).status).to.equal(200);
    const events = await eventStoreTables(api.pool).events.rows({ aggregate_id: cart });
    expect(events).to.have.length(2);
    for (const { metadata } of events) expect(metadata).to.deep.include({ correlation_id: "request-7", traceparent });
  });

  describe("refuses bad input, names each bad field and stores nothing:", () => {
    const cart = "00000000-0000-4000-8000-000000000001";
    const items = `/carts/${cart}/items`;
    const erasedUser = "erased-5f0c2c58-5a9d-4a54-8c6f-0b9d0f6f8a01";
    const without = (field: string): object => Object.fromEntries(Object.entries(seedBody).filter(([name]) => name !== field));

    const cases: readonly [title: string, path: string, body: unknown, status: number, fields: readonly string[]][] = [
      ["a malformed id", "/carts/not-a-uuid/items", seedBody, 400, ["id"]],
      ["an id with a URN prefix", `/additem/urn:uuid:${cart}`, seedBody, 400, ["id"]],
      ["the id that stands for an erased user", items, { ...seedBody, user_id: erasedUser }, 400, ["user_id"]],
      ["the id that stands for an erased user, in a claim", `/carts/${cart}/claim`, { user_id: erasedUser }, 400, ["user_id"]],
      ["a negative price", items, { ...seedBody, price: -0.01 }, 400, ["price"]],
      ["a price above the limit", items, { ...seedBody, price: 1_000_000_000_000_000 }, 400, ["price"]],
      ["a price that is too precise", items, { ...seedBody, price: 29.999 }, 422, ["price"]],
      ["a price as text", items, { ...seedBody, price: "29.99" }, 400, ["price"]],
      ["a quantity of 0", items, { ...seedBody, quantity: 0 }, 400, ["quantity"]],
      ["a quantity of 1.5", items, { ...seedBody, quantity: 1.5 }, 400, ["quantity"]],
      ["a quantity of 100,001", items, { ...seedBody, quantity: 100_001 }, 400, ["quantity"]],
      ["a missing user", items, without("user_id"), 400, ["user_id"]],
      ["an empty user", items, { ...seedBody, user_id: "" }, 400, ["user_id"]],
      ["a user id of 256 characters", items, { ...seedBody, user_id: "u".repeat(256) }, 400, ["user_id"]],
      ["an empty name", items, { ...seedBody, name: "" }, 400, ["name"]],
      ["an unknown field", items, { ...seedBody, colour: "red" }, 400, ["colour"]],
      ["an unknown currency", items, { ...seedBody, currency: "ABC" }, 422, ["currency"]],
      ["a list", items, [seedBody], 400, [""]],
      ["several at once", items, { user_id: 1, quantity: "2" }, 400, ["item_id", "price", "quantity", "user_id"]],
      ["no order id", `/carts/${cart}/purchase`, {}, 400, ["order_id"]],
    ];
    for (const [title, path, body, status, fields] of cases) {
      it(title, async () => {
        const before = await storedEvents();
        const { status: actual, headers, json } = await post(path, body);
        expect(actual, JSON.stringify(json)).to.equal(status);
        expect(headers.get("content-type")).to.equal("application/problem+json");
        const errors = json["errors"] as { field: string }[];
        expect(errors.map(({ field }) => field).toSorted()).to.deep.equal(fields);
        expect(await storedEvents()).to.equal(before);
      });
    }

    const broken: readonly [title: string, body: string, headers: Record<string, string>, status: number, type: string][] = [
      ["bad JSON", '{"user_id":', { "Content-Type": "application/json" }, 400, "/problems/malformed-json"],
      ["no body", "", { "Content-Type": "application/json" }, 400, "/problems/validation"],
      [
        "a body over 64 KiB",
        JSON.stringify({ ...seedBody, name: "x".repeat(65_536) }),
        { "Content-Type": "application/json" },
        413,
        "/problems/payload-too-large",
      ],
      ["a wrong content type", JSON.stringify(seedBody), { "Content-Type": "text/plain" }, 415, "/problems/unsupported-media-type"],
    ];
    for (const [title, body, headers, status, type] of broken) {
      it(title, async () => {
        const before = await storedEvents();
        const response = await send(items, body, headers);
        expect(response.status).to.equal(status);
        expect(response.headers.get("content-type")).to.equal("application/problem+json");
        expect(await response.json()).to.include({ type, status });
        expect(await storedEvents()).to.equal(before);
      });
    }

    it("an empty cart, one that does not exist and another user's", async () => {
      const unknown = await post(`/carts/${cart}/purchase`, { order_id: "order-1" });
      expect([unknown.status, unknown.json["type"]]).to.deep.equal([404, "/problems/not-found"]);
      const own = uuidv7();
      await post(`/carts/${own}/items`, seedBody);
      const foreign = await post(`/carts/${own}/items`, { ...seedBody, user_id: "user-999" });
      expect([foreign.status, foreign.json["type"]]).to.deep.equal([409, "/problems/cart-of-another-user"]);
    });

    it("an unknown path and another method", async () => {
      expect((await post("/nothing", {})).status).to.equal(404);
      const response = await fetch(`http://127.0.0.1:${api.port}${items}`);
      expect([response.status, response.headers.get("allow")]).to.deep.equal([405, "POST, DELETE"]);
    });
  });
});
