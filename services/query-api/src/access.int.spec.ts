import type { CartEvent } from "@cart/domain";
import { eventStoreTables } from "@cart/event-store/testing";
import { bearer, type TokenClaims, tokenEnv, waitFor } from "@cart/testkit";
import { expect } from "chai";
import { type Answer, project, storeEvents, traceId, useQueryApi } from "./testing/useQueryApi.ts";

const ann: TokenClaims = { sub: "ann", tenant_id: "shop-1" };
const bob: TokenClaims = { sub: "bob", tenant_id: "shop-1" };
/** Another person with the same name. */
const annElsewhere: TokenClaims = { sub: "ann", tenant_id: "shop-2" };
const admin: TokenClaims = { sub: "back-end", tenant_id: "shop-1", scope: "carts:admin" };
const adminElsewhere: TokenClaims = { ...admin, tenant_id: "shop-2" };

const cartId = (n: number): string => `550e8400-e29b-41d4-a716-${String(n).padStart(12, "0")}`;
const createdFor = ({ sub, tenant_id }: TokenClaims): CartEvent => ({
  type: "CartCreated",
  data: { user_id: sub, tenant_id, currency: "USD" },
});
const added: CartEvent = {
  type: "ItemAddedToCart",
  data: { line_id: "a", item_id: "a", quantity: 2, unit_price: 250, previous_unit_price: null },
};

const cart = cartId(1);
const unknown = cartId(99);

describe("access to queries", () => {
  const api = useQueryApi({}, () => ({ ...tokenEnv, AUTH_CLOCK_TOLERANCE: "0" }));
  before(async () => {
    const owners = [ann, ann, bob, annElsewhere];
    for (const [n, owner] of owners.entries()) {
      const events = [createdFor(owner), added];
      await storeEvents(api, cartId(n + 1), events);
      await project(api, cartId(n + 1), events);
    }
  });

  const get = async (who: TokenClaims & { readonly exp?: number }, path: string): Promise<Answer> =>
    api.get(path, { headers: await bearer(who) });
  const statusOf = async (who: TokenClaims, path: string): Promise<number> => {
    const controller = new AbortController();
    const response = await fetch(api.url(path), { headers: await bearer(who), signal: controller.signal });
    controller.abort();
    return response.status;
  };

  it("tells administrators who caused an event and in which trace, and nobody else", async () => {
    for (const [who, actor, trace] of [
      [admin, "actor-1", traceId],
      [ann, undefined, undefined],
    ] as const) {
      const { events } = (await get(who, `/carts/${cart}/history`)).body as { events: { actor?: string; trace_id?: string }[] };
      expect(events.map((event) => event.actor)).to.deep.equal([actor, actor]);
      expect(events.map((event) => event.trace_id)).to.deep.equal([trace, trace]);
    }
  });

  const ofOneCart = (id: string): string[] => [
    `/carts/${id}`,
    `/carts/${id}?min_version=1`,
    `/carts/${id}?at_version=1`,
    `/carts/${id}?at_version=9`,
    `/carts/${id}/history`,
    `/carts/${id}/stream`,
  ];

  it("answers nothing without a token", async () => {
    for (const path of [...ofOneCart(cart), "/users/ann/carts", "/tenants/shop-1/carts"]) {
      const { status, headers, body } = await api.get(path);
      expect([status, headers.get("WWW-Authenticate")], path).to.deep.equal([401, 'Bearer realm="carts"']);
      expect(body).to.include({ type: "/problems/unauthorized" });
    }
    for (const path of ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"]) {
      expect((await fetch(api.url(path))).status, path).to.equal(200);
    }
  });

  describe("with a ticket", () => {
    const ticketFor = async (who: TokenClaims, id: string): Promise<string> => {
      const { status, headers, body } = await api.get(`/carts/${id}/events-ticket`, { method: "POST", headers: await bearer(who) });
      expect([status, headers.get("Cache-Control")]).to.deep.equal([200, "no-store"]);
      return (body as { ticket: string }).ticket;
    };
    const openWith = async (path: string, init: RequestInit = {}): Promise<number> => {
      const controller = new AbortController();
      const { status } = await fetch(api.url(path), { ...init, signal: controller.signal });
      controller.abort();
      return status;
    };

    it("opens the stream of its cart, and nothing else", async () => {
      const ticket = await ticketFor(ann, cart);
      expect(await openWith(`/carts/${cart.toUpperCase()}/stream?ticket=${ticket}`)).to.equal(200);
      for (const path of [`/carts/${cartId(2)}/stream`, `/carts/${cart}`, `/carts/${cart}/history`, "/users/ann/carts"]) {
        expect(await openWith(`${path}?ticket=${ticket}`), path).to.equal(401);
      }
      expect(await openWith(`/carts/${cart}/stream`, { headers: { Authorization: `Bearer ${ticket}` } })).to.equal(401);
      for (const wrong of ["x", `${ticket}x`, (await bearer(ann)).Authorization.replace("Bearer ", "")]) {
        expect(await openWith(`/carts/${cart}/stream?ticket=${wrong}`), wrong).to.equal(401);
      }
    });

    it("is issued to those who see the cart only", async () => {
      for (const [who, id] of [
        [bob, cart],
        [ann, unknown],
        [annElsewhere, cart],
      ] as const) {
        const { status } = await api.get(`/carts/${id}/events-ticket`, { method: "POST", headers: await bearer(who) });
        expect(status).to.equal(404);
      }
      expect(await openWith(`/carts/${cart}/events-ticket`, { method: "POST" })).to.equal(401);
      expect(await openWith(`/carts/${cart}/stream?ticket=${await ticketFor(admin, cart)}`)).to.equal(200);
    });
  });

  it("shows a cart to its user and to the administrators of its tenant", async () => {
    for (const who of [ann, admin]) {
      for (const path of ofOneCart(cart)) {
        expect(await statusOf(who, path), path).to.equal(path.endsWith("at_version=9") ? 404 : 200);
      }
    }
  });

  /** All of an answer but what is another one each time. */
  const seen = ({ status, headers, body }: Answer, id: string): unknown => [
    status,
    headers.get("ETag"),
    headers.get("Retry-After"),
    JSON.parse(JSON.stringify({ ...(body as object), correlation_id: "" }).replaceAll(id, "ID")),
  ];

  for (const [n, path] of ofOneCart(cart).entries()) {
    it(`answers ${path} to everybody else as for an unknown cart`, async () => {
      const expected = seen(await get(bob, ofOneCart(unknown)[n] ?? ""), unknown);
      for (const who of [bob, annElsewhere, adminElsewhere]) {
        const started = performance.now();
        const answer = await get(who, path);
        expect(seen(answer, cart)).to.deep.equal(expected);
        // Not the time that it takes either: the suite's wait for a version is 600 ms.
        if (path.includes("min_version")) expect(performance.now() - started).to.be.greaterThan(550);
      }
    });
  }

  it("tells everybody of its tenant that a cart is archived, and nobody else", async () => {
    const archived = cartId(98);
    await eventStoreTables(api.eventStore.pool()).archived.insert([
      {
        aggregate_id: archived,
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
    for (const [n, path] of ofOneCart(archived)
      .filter((each) => !each.endsWith("/stream"))
      .entries()) {
      for (const who of [ann, bob, admin]) expect(await statusOf(who, path), path).to.equal(410);
      const expected = seen(await get(bob, ofOneCart(unknown)[n] ?? ""), unknown);
      for (const who of [annElsewhere, adminElsewhere]) {
        const answer = await get(who, path);
        expect(answer.status, path).not.to.equal(410);
        expect(seen(answer, archived), path).to.deep.equal(expected);
      }
    }
  });

  it("does not let who knows a cart's version find out that it is there", async () => {
    const { headers } = await get(ann, `/carts/${cart}`);
    const etag = headers.get("ETag") ?? "";
    const answer = await api.get(`/carts/${cart}`, { headers: { ...(await bearer(bob)), "If-None-Match": etag } });
    expect([etag, answer.status]).to.deep.equal(['"2"', 404]);
  });

  describe("the lists", () => {
    const ids = async (who: TokenClaims, path: string): Promise<string[]> => {
      const { status, body } = await get(who, path);
      expect(status, path).to.equal(200);
      return (body as { readonly carts: readonly { readonly id: string }[] }).carts.map(({ id }) => id).toSorted();
    };
    const expectForbidden = async (who: TokenClaims, path: string): Promise<void> => {
      const { status, headers, body } = await get(who, path);
      expect(status, path).to.equal(403);
      expect(headers.get("WWW-Authenticate")).to.equal('Bearer realm="carts", error="insufficient_scope", scope="carts:admin"');
      expect(body).to.include({ type: "/problems/forbidden" });
    };

    it("of a user are its own, and have its tenant's carts only", async () => {
      expect(await ids(ann, "/users/ann/carts")).to.deep.equal([cartId(1), cartId(2)]);
      expect(await ids(ann, "/users/ann/carts?status=OPEN&limit=1")).to.have.length(1);
      expect(await ids(annElsewhere, "/users/ann/carts")).to.deep.equal([cartId(4)]);
      expect(await ids(annElsewhere, "/users/ann/carts?status=OPEN")).to.deep.equal([cartId(4)]);
      expect(await ids(admin, "/users/ann/carts")).to.deep.equal([cartId(1), cartId(2)]);
      expect(await ids(adminElsewhere, "/users/bob/carts")).to.deep.equal([]);
      for (const path of ["/users/ann/carts", "/users/ann/cart"]) await expectForbidden(bob, path);
      expect((await get(ann, "/users/ann/cart")).body).to.include({ user_id: "ann", tenant_id: "shop-1" });
      expect((await get(annElsewhere, "/users/ann/cart")).body).to.include({ id: cartId(4) });
      expect((await get(adminElsewhere, "/users/bob/cart")).status).to.equal(404);
      // Also for a user that does not exist.
      await expectForbidden(bob, "/users/nobody/carts");
    });

    it("of a tenant are its administrators'", async () => {
      expect(await ids(admin, "/tenants/shop-1/carts")).to.deep.equal([1, 2, 3].map(cartId));
      for (const who of [ann, adminElsewhere, { ...ann, scope: "carts:administrator" }])
        await expectForbidden(who, "/tenants/shop-1/carts");
    });

    it("go on page by page within the tenant", async () => {
      const first = await get(admin, "/users/ann/carts?limit=1");
      const { next_cursor: cursor } = first.body as { readonly next_cursor: string };
      const second = await get(admin, `/users/ann/carts?limit=1&cursor=${cursor}`);
      expect((second.body as { readonly next_cursor: string | null }).next_cursor).to.equal(null);
    });
  });

  it("gives a claimed cart with all of its past to the customer, and ends the guest's streams", async () => {
    const guest: TokenClaims = { sub: "guest-1", tenant_id: "shop-3" };
    const [carla, dora] = [
      { ...guest, sub: "carla" },
      { ...guest, sub: "dora" },
    ];
    const id = cartId(50);
    const events = [createdFor(guest), added];
    await storeEvents(api, id, events);
    await project(api, id, events);
    const stream = await fetch(api.url(`/carts/${id}/stream`), { headers: await bearer(guest) });
    expect(stream.status).to.equal(200);
    const claimed: CartEvent = { type: "CartClaimed", data: { user_id: "carla", previous_user_id: "guest-1" } };
    await storeEvents(api, id, [claimed], 3);
    await project(api, id, [...events, claimed]);
    expect(await stream.text()).to.equal("retry: 1000\nid: 2\n\n");
    for (const path of ofOneCart(id).filter((each) => !each.includes("=9"))) {
      expect(await statusOf(carla, path), path).to.equal(200);
      expect(await statusOf({ ...admin, tenant_id: "shop-3" }, path), path).to.equal(200);
      for (const who of [guest, dora, { ...carla, tenant_id: "shop-1" }, admin])
        expect(await statusOf(who, path.replace("min_version=1", "")), path).to.equal(404);
    }
    await storeEvents(api, id, [{ ...claimed, data: { user_id: "dora", previous_user_id: "carla" } }], 4);
    expect([await statusOf(carla, `/carts/${id}/history`), await statusOf(dora, `/carts/${id}/history`)]).to.deep.equal([404, 200]);
  });

  it("ends a stream when its token expires", async () => {
    const exp = Math.floor(Date.now() / 1000) + 2;
    const headers = await bearer({ ...ann, exp });
    const response = await fetch(api.url(`/carts/${cart}/stream`), { headers });
    expect(response.status).to.equal(200);
    expect(await response.text()).to.contain("retry:");
    expect(Date.now()).to.be.within(exp * 1000 - 20, exp * 1000 + 5_000);
    expect((await api.get(`/carts/${cart}/stream`, { headers })).status).to.equal(401);
  });

  it("bounds the streams of a user, and leaves places for others", async () => {
    const left = new AbortController();
    const open = async (who: TokenClaims, id: string): Promise<Response> =>
      fetch(api.url(`/carts/${id}/stream`), { headers: await bearer(who), signal: left.signal });
    for (let n = 0; n < 3; n += 1) expect((await open(ann, cart)).status).to.equal(200);
    const refused = await open(ann, cart);
    expect([refused.status, refused.headers.get("retry-after")]).to.deep.equal([429, "5"]);
    expect(await refused.json()).to.include({ type: "/problems/too-many-streams-of-user" });
    expect((await open(bob, cartId(3))).status).to.equal(200);
    expect((await open(annElsewhere, cartId(4))).status).to.equal(200);
    left.abort();
    // The server learns a moment later that they have left.
    await waitFor("a free place", async () => (await statusOf(ann, `/carts/${cart}/stream`)) === 200);
  });

  it("keeps the stream of a token that is valid for long", async () => {
    const controller = new AbortController();
    const headers = await bearer({ ...ann, exp: Math.floor(Date.now() / 1000) + 100 * 365 * 86_400 });
    const response = await fetch(api.url(`/carts/${cart}/stream?after_version=0`), { headers, signal: controller.signal });
    const reader = response.body?.getReader();
    let text = "";
    while (!text.includes("id: 2\nevent")) {
      const chunk = await reader?.read();
      expect(chunk?.done, text).to.equal(false);
      text += Buffer.from(chunk?.value ?? []).toString();
    }
    controller.abort();
  });
});
