import { cartEventCodec, type CartEvent, cartAggregate, cartDecider } from "@cart/domain";
import { eventStoreTables } from "@cart/event-store/testing";
import { waitFor } from "@cart/testkit";
import { expect } from "chai";
import { eventIdOf, project, storeEvents, timeOf, traceId, useQueryApi } from "../testing/useQueryApi.ts";

const id = "550e8400-e29b-41d4-a716-446655440000";
const long = "550e8400-e29b-41d4-a716-446655440001";
const merged = "550e8400-e29b-41d4-a716-446655440002";
const unknown = "550e8400-e29b-41d4-a716-44665544000f";

const created: CartEvent = { type: "CartCreated", data: { user_id: "user-123", tenant_id: "default", currency: "USD" } };
const added = (item: string, price: number, previous: number | null = null): CartEvent => ({
  type: "ItemAddedToCart",
  data: { line_id: item, item_id: item, quantity: 2, unit_price: price, previous_unit_price: previous },
});

/** Every type of event, so that the schema and the view of each are tried. */
const events: readonly CartEvent[] = [
  created,
  added("b", 2_999),
  { type: "ItemAddedToCart", data: { line_id: "a", item_id: "a", name: "Tea", quantity: 1, unit_price: 1_000, previous_unit_price: null } },
  added("b", 1_999, 2_999),
  { type: "ItemQuantityChanged", data: { line_id: "a", item_id: "a", quantity: 3 } },
  { type: "ItemRemovedFromCart", data: { line_id: "a", item_id: "a" } },
  { type: "CartCleared", data: {} },
  {
    type: "CartMergedFrom",
    data: { source_cart_id: unknown, strategy: "add", lines: [{ line_id: "c", item_id: "c", name: "Pot", quantity: 1, unit_price: 5 }] },
  },
  { type: "CartSubmitted", data: { total_amount: 5, item_count: 1, line_count: 1 } },
  { type: "CartReopened", data: {} },
  { type: "CartAbandoned", data: { last_activity_at: timeOf(10).toISOString(), abandoned_after_minutes: 60, stage: "cart" } },
  { type: "CartAbandonmentReminderDue", data: { step: 1, after_minutes: 1_440 } },
  { type: "CartReopened", data: {} },
  { type: "CartPurchased", data: { order_id: "order-1", total_amount: 5 } },
];

const mergedStream: readonly CartEvent[] = [created, { type: "CartMergedInto", data: { target_cart_id: id, strategy: "max" } }];

const shownData: readonly object[] = [
  created.data,
  { line_id: "b", item_id: "b", quantity: 2, price: 29.99, previous_price: null },
  { line_id: "a", item_id: "a", name: "Tea", quantity: 1, price: 10, previous_price: null },
  { line_id: "b", item_id: "b", quantity: 2, price: 19.99, previous_price: 29.99 },
  { line_id: "a", item_id: "a", quantity: 3 },
  { line_id: "a", item_id: "a" },
  {},
  { source_cart_id: unknown, strategy: "add", lines: [{ line_id: "c", item_id: "c", name: "Pot", quantity: 1, price: 0.05 }] },
  { total_amount: 0.05, item_count: 1, line_count: 1 },
  {},
  { last_activity_at: timeOf(10).toISOString(), abandoned_after_minutes: 60, stage: "cart" },
  { step: 1, after_minutes: 1_440 },
  {},
  { order_id: "order-1", total_amount: 0.05 },
];

describe("a cart's past", () => {
  const api = useQueryApi();
  /** Long enough for several pages of the fold. */
  const longStream: readonly CartEvent[] = [
    created,
    ...Array.from({ length: 1_200 }, (_, n): CartEvent => ({
      type: "ItemAddedToCart",
      data: { line_id: `item-${n % 7}`, item_id: `item-${n % 7}`, quantity: 1, unit_price: n, previous_unit_price: null },
    })),
  ];

  afterEach(() => api.proxies().eventStore.mend());

  before(async () => {
    await storeEvents(api, id, events);
    await project(api, id, events);
    await storeEvents(api, long, longStream);
    await storeEvents(api, merged, mergedStream);
    await project(api, merged, mergedStream);
  });

  describe("as its history", () => {
    it("has every event in the API's terms", async () => {
      const { status, headers, body } = await api.get(`/carts/${id.toUpperCase()}/history?limit=100`);
      expect([status, headers.get("cache-control")]).to.deep.equal([200, "private, no-cache"]);
      expect(body).to.deep.equal({
        cart_id: id,
        events: events.map(({ type }, n) => ({
          event_id: eventIdOf(id, n + 1),
          type,
          version: n + 1,
          schema_version: cartEventCodec.currentVersion(type),
          occurred_at: timeOf(n + 1).toISOString(),
          correlation_id: `request-${n + 1}`,
          actor: "actor-1",
          trace_id: traceId,
          data: shownData[n],
        })),
        next_after_version: null,
      });
      expect((await api.get(`/carts/${merged}/history?after_version=1`)).body)
        .to.have.nested.property("events[0].data")
        .that.deep.equals({ target_cart_id: id, strategy: "max" });
    });

    it("of an archived cart says where it is, as the cart itself does", async () => {
      const cart = "01930000-0000-7000-8000-00000000a4c1";
      await eventStoreTables(api.eventStore.pool()).archived.insert([
        {
          aggregate_id: cart,
          aggregate_type: "Cart",
          state: "ARCHIVED",
          tenant_id: "shop-1",
          version: 3,
          object_key: "cart/t-shop-1/1/3.ndjson.gz",
          sha256: Buffer.alloc(32),
          event_id: unknown,
          schema_version: 1,
          event_data: {},
          archived_at: new Date("2026-06-01T00:00:00.000Z"),
        },
      ]);
      for (const path of [`/carts/${cart}/history`, `/carts/${cart}`, `/carts/${cart}?min_version=3`, `/carts/${cart}?at_version=1`]) {
        const { status, body } = await api.get(path);
        expect(status, path).to.equal(410);
        expect(body, path).to.include({
          type: "/problems/cart-archived",
          object_key: "cart/t-shop-1/1/3.ndjson.gz",
          archived_at: "2026-06-01T00:00:00.000Z",
        });
      }
    });

    it("goes from page to page", async () => {
      const versions = async (query: string) => {
        const { body } = await api.get(`/carts/${id}/history${query}`);
        const page = body as { events: { version: number }[]; next_after_version: number | null };
        return [page.events.map(({ version }) => version), page.next_after_version];
      };
      expect(await versions("?limit=5")).to.deep.equal([[1, 2, 3, 4, 5], 5]);
      expect(await versions("?limit=5&after_version=5")).to.deep.equal([[6, 7, 8, 9, 10], 10]);
      expect(await versions("?limit=1&after_version=13")).to.deep.equal([[14], null]);
      expect(await versions("?after_version=14")).to.deep.equal([[], null]);
      expect((await versions(""))[0]).to.have.length(14);
      const { body } = await api.get(`/carts/${long}/history`);
      expect(body).to.have.property("events").with.length(20);
      expect(body).to.have.property("next_after_version", 20);
    });

    it("shows what became of a cart and its lines besides quantities", async () => {
      const changed = "550e8400-e29b-41d4-a716-446655440015";
      const attributes = { size: "L", gift: true };
      const changes: readonly CartEvent[] = [
        created,
        { type: "CartCurrencyChanged", data: { currency: "KWD", previous_currency: "USD" } },
        { type: "CartAttributesChanged", data: { attributes: { note: "Ring" } } },
        {
          type: "ItemAddedToCart",
          data: { line_id: "line-1", item_id: "a", attributes, quantity: 2, unit_price: 1_005, previous_unit_price: null },
        },
        { type: "ItemPriceChanged", data: { line_id: "line-1", item_id: "a", unit_price: 500, previous_unit_price: 1_005 } },
        { type: "CartClaimed", data: { user_id: "user-9", previous_user_id: "user-123" } },
        { type: "CartAdjustmentsChanged", data: { adjustments: [{ kind: "shipping", amount: 1_500, label: "Air" }] } },
      ];
      await storeEvents(api, changed, changes);
      await project(api, changed, changes);
      const { body } = await api.get(`/carts/${changed}/history?after_version=1`);
      expect((body as { events: { data: unknown }[] }).events.map(({ data }) => data)).to.deep.equal([
        changes[1]?.data,
        changes[2]?.data,
        { line_id: "line-1", item_id: "a", attributes, quantity: 2, price: 1.005, previous_price: null },
        { line_id: "line-1", item_id: "a", price: 0.5, previous_price: 1.005 },
        changes[5]?.data,
        { adjustments: [{ kind: "shipping", amount: 1.5, label: "Air" }] },
      ]);
      const then = await api.get(`/carts/${changed}?at_version=7`);
      expect(then.body).to.deep.equal((await api.get(`/carts/${changed}`)).body);
      expect(then.body).to.deep.include({
        user_id: "user-9",
        currency: "KWD",
        attributes: { note: "Ring" },
        items_amount: 1,
        adjustments: [{ kind: "shipping", amount: 1.5, label: "Air" }],
        adjustments_stale: false,
        total_amount: 2.5,
        items: [{ line_id: "line-1", item_id: "a", name: null, attributes, quantity: 2, price: 0.5, line_total: 1 }],
      });
    });

    it("shows amounts in the currency that the cart had", async () => {
      const moved = "550e8400-e29b-41d4-a716-446655440014";
      const cleared: CartEvent = { type: "CartCleared", data: {} };
      const toYen: CartEvent = { type: "CartCurrencyChanged", data: { currency: "JPY", previous_currency: "USD" } };
      await storeEvents(api, moved, [created, added("a", 2_999), cleared, toYen, added("a", 500), cleared]);
      const prices = async (query: string): Promise<unknown> => {
        const { body } = await api.get(`/carts/${moved}/history?${query}`);
        return (body as { events: { data: { price?: number } }[] }).events.flatMap(({ data }) => data.price ?? []);
      };
      expect(await prices("")).to.deep.equal([29.99, 500]);
      expect(await prices("after_version=1&limit=1")).to.deep.equal([29.99]);
      expect(await prices("after_version=4")).to.deep.equal([500]);
    });

    it("shows an event of an older schema version in the newest form", async () => {
      const old = "550e8400-e29b-41d4-a716-446655440003";
      await storeEvents(api, old, [created, added("a", 100)]);
      const event_data = { item_id: "a", quantity: 2, unit_price: 100 };
      await eventStoreTables(api.eventStore.pool()).events.change({ schema_version: 1, event_data }, { event_id: eventIdOf(old, 2) });
      const { body } = await api.get(`/carts/${old}/history?after_version=1`);
      expect(body).to.have.nested.property("events[0].schema_version", 3);
      expect(body).to.have.nested.property("events[0].data.line_id", "a");
      expect(body).to.have.nested.property("events[0].data.previous_price", null);
    });
  });

  describe("as it was at a version", () => {
    it("is what the read model shows when it has the version", async () => {
      for (let version = 1; version <= events.length; version += 1) {
        await project(api, id, events.slice(0, version));
        const now = await api.get(`/carts/${id}`);
        const then = await api.get(`/carts/${id}?at_version=${version}`);
        expect(then.status).to.equal(200);
        expect(then.body, String(version)).to.deep.equal(now.body);
        expect(then.headers.get("etag")).to.equal(now.headers.get("etag"));
      }
    });

    it("points to the cart that it was merged into", async () => {
      const now = await api.get(`/carts/${merged}`);
      expect(now.body).to.deep.include({ status: "MERGED", merged_into: id, order_id: null });
      expect((await api.get(`/carts/${merged}?at_version=2`)).body).to.deep.equal(now.body);
      expect((await api.get(`/carts/${merged}?at_version=1`)).body).to.deep.include({ status: "OPEN", merged_into: null });
    });

    it("is folded from a stream of any length", async () => {
      for (const version of [1, 500, 501, 502, 1_000, 1_201]) {
        await project(api, long, longStream.slice(0, version));
        const now = await api.get(`/carts/${long}`);
        expect((await api.get(`/carts/${long}?at_version=${version}`)).body, String(version)).to.deep.equal(now.body);
      }
    });

    it("begins at the kept snapshot, unless that is newer", async () => {
      const snapshotted = "550e8400-e29b-41d4-a716-446655440004";
      await storeEvents(api, snapshotted, longStream.slice(0, 300));
      // Another cart than the events make, so that the answer tells where the fold began.
      const kept = [created, added("kept", 100)].reduce(cartDecider.evolve, cartDecider.initialState);
      const { toJson, schemaVersion } = cartAggregate.snapshots;
      const snapshot = {
        aggregate_id: snapshotted,
        aggregate_type: "Cart",
        version: 200,
        schema_version: schemaVersion,
        state: toJson(kept),
      };
      await eventStoreTables(api.eventStore.pool()).snapshots.insert([snapshot]);
      const first = async (version: number) => {
        const { body } = await api.get(`/carts/${snapshotted}?at_version=${version}`);
        return [body].map((cart) => cart as { version: number; items: { item_id: string }[] })[0];
      };
      expect((await first(199))?.items[0]?.item_id).to.equal("item-0");
      expect((await first(200))?.items.map(({ item_id }) => item_id)).to.deep.equal(["kept"]);
      expect((await first(201))?.items[0]?.item_id).to.equal("kept");
      expect((await first(300))?.version).to.equal(300);
    });

    it("answers 304 to a client that has it", async () => {
      const { status } = await api.get(`/carts/${id}?at_version=3`, { headers: { "If-None-Match": '"3"' } });
      expect(status).to.equal(304);
    });
  });

  const refused: readonly [string, number, string, string | undefined][] = [
    [`/carts/${unknown}/history`, 404, "not-found", undefined],
    [`/carts/x/history`, 400, "validation", "id"],
    [`/carts/${id}/history?after_version=-1`, 400, "validation", "after_version"],
    [`/carts/${id}/history?after_version=`, 400, "validation", "after_version"],
    [`/carts/${id}/history?limit=101`, 400, "validation", "limit"],
    [`/carts/${id}/history?page=1`, 400, "validation", "page"],
    [`/carts/${unknown}?at_version=1`, 404, "not-found", undefined],
    [`/carts/${id}?at_version=15`, 404, "version-not-found", "at_version"],
    [`/carts/${id}?at_version=0`, 400, "validation", "at_version"],
    [`/carts/${id}?at_version=1.5`, 400, "validation", "at_version"],
    [`/carts/${id}?at_version=99999999999`, 400, "validation", "at_version"],
    [`/carts/${id}?at_version=1&min_version=1`, 400, "validation", "at_version"],
  ];
  for (const [path, status, type, field] of refused) {
    it(`answers ${path} with ${status}`, async () => {
      const { status: actual, headers, body } = await api.get(path);
      expect(actual).to.equal(status);
      expect(headers.get("content-type")).to.equal("application/problem+json");
      expect(body).to.have.property("type", `/problems/${type}`);
      if (field !== undefined) expect(body).to.have.nested.property("errors[0].field", field);
    });
  }

  it("is 503 while the event store is away, and the cart itself is still shown", async () => {
    api.proxies().eventStore.refuse();
    for (const path of [`/carts/${id}/history`, `/carts/${id}?at_version=1`]) expect((await api.get(path)).status, path).to.equal(503);
    expect((await api.get(`/carts/${id}`)).status).to.equal(200);
    expect((await api.get("/readyz")).status).to.equal(200);
    api.proxies().eventStore.mend();
    await waitFor("recovery", async () => (await api.get(`/carts/${id}/history`)).status === 200);
  });
});
