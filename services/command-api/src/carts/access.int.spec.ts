import { eventStoreTables } from "@cart/event-store/testing";
import { migrateEventStore } from "@cart/migrations";
import { bearer, fixedClock, type TokenClaims, tokenEnv, useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { v7 as uuidv7 } from "uuid";
import { type CommandApi, type Reply, startCommandApi } from "../testing/startCommandApi.ts";

/** The scopes are not what these specs are about. */
const scope = "carts:price carts:purchase";
const ann: TokenClaims = { sub: "ann", tenant_id: "shop-1", scope };
const bob: TokenClaims = { sub: "bob", tenant_id: "shop-1", scope };
/** Another person with the same name. */
const annElsewhere: TokenClaims = { ...ann, tenant_id: "shop-2" };
const admin: TokenClaims = { sub: "back-end", tenant_id: "shop-1", scope: "carts:admin" };
const adminElsewhere: TokenClaims = { ...admin, tenant_id: "shop-2" };

const item = { item_id: "item-1", quantity: 1, price: 2.5 };

describe("access to commands", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let api: CommandApi;
  /** Another process, which has no cart in its memory. */
  let other: CommandApi;
  before(async () => {
    api = await startCommandApi(database.url(), fixedClock("2025-11-20T16:30:00.000Z"), tokenEnv);
    other = await startCommandApi(database.url(), fixedClock("2025-11-20T16:30:00.000Z"), tokenEnv);
  });
  after(async () => {
    await other.stop();
    await api.stop();
  });

  type Headers = Readonly<Record<string, string>>;
  const send = async (who: TokenClaims, method: string, path: string, body?: unknown, headers: Headers = {}): Promise<Reply> =>
    api.send(method, path, body, { ...(await bearer(who)), ...headers });
  const add = (who: TokenClaims, cart: string, body: object = item, headers: Headers = {}): Promise<Reply> =>
    send(who, "POST", `/carts/${cart}/items`, body, headers);
  const addByShortAddress = (who: TokenClaims, cart: string, body: object = item): Promise<Reply> =>
    send(who, "POST", `/additem/${cart}`, body);
  const cartOf = async (who: TokenClaims): Promise<string> => {
    const cart = uuidv7();
    expect((await add(who, cart)).status).to.equal(200);
    return cart;
  };
  type Stored = { readonly event_data: Record<string, unknown>; readonly metadata: Record<string, unknown> };
  const eventsOf = async (cart: string): Promise<Stored[]> =>
    (await eventStoreTables(api.pool).events.rows({ aggregate_id: cart })).map((row) => row as Stored);
  /** All of an answer but what is another one each time. */
  const seen = ({ status, headers, json }: Reply, cart: string): unknown => [
    status,
    headers.get("ETag"),
    headers.get("Idempotency-Replayed"),
    JSON.parse(JSON.stringify({ ...json, correlation_id: "" }).replaceAll(cart, "ID")),
  ];

  it("takes no command without a token, or with a bad one", async () => {
    const cart = uuidv7();
    const none = await api.send("POST", `/carts/${cart}/items`, { user_id: "ann", ...item });
    expect([none.status, none.json["type"], none.headers.get("WWW-Authenticate")]).to.deep.equal([
      401,
      "/problems/unauthorized",
      'Bearer realm="carts"',
    ]);
    const late = await add({ ...ann, exp: 1_700_000_000 } as TokenClaims, cart);
    expect([late.status, late.headers.get("WWW-Authenticate")]).to.deep.equal([
      401,
      'Bearer realm="carts", error="invalid_token", error_description="the token has expired"',
    ]);
    expect(await eventsOf(cart)).to.deep.equal([]);
  });

  it("tells everybody of its tenant that a cart is archived, and nobody else", async () => {
    const [archived, unknown] = [uuidv7(), uuidv7()];
    await eventStoreTables(api.pool).archived.insert([
      {
        aggregate_id: archived,
        aggregate_type: "Cart",
        state: "ARCHIVED",
        tenant_id: "shop-1",
        version: 3,
        object_key: "cart/t-shop-1/1/3.ndjson.gz",
        sha256: Buffer.alloc(32),
        event_id: uuidv7(),
        schema_version: 1,
        event_data: {},
        archived_at: new Date("2026-06-01T00:00:00.000Z"),
      },
    ]);
    for (const who of [ann, bob, admin])
      expect((await add(who, archived, { ...item, user_id: who.sub === "back-end" ? "ann" : who.sub })).status, who.sub).to.equal(410);
    for (const who of [annElsewhere, adminElsewhere]) {
      for (const step of ["submit", "merge"]) {
        const sendTo = (cart: string) => send(who, "POST", `/carts/${cart}/${step}`, step === "merge" ? { target_cart_id: uuidv7() } : {});
        const expected = await sendTo(unknown);
        expect(expected.status, step).to.equal(404);
        expect(seen(await sendTo(archived), archived), step).to.deep.equal(seen(expected, unknown));
      }
      expect((await add(who, archived, { ...item, user_id: "ann" })).status).to.equal(404);
    }
    expect(await eventsOf(archived)).to.deep.equal([]);
  });

  it("creates a cart for the token's user and tenant, and says who did it", async () => {
    const cart = await cartOf(ann);
    const [created, added] = await eventsOf(cart);
    expect(created?.event_data).to.include({ user_id: "ann", tenant_id: "shop-1" });
    expect([created?.metadata["actor"], added?.metadata["actor"]]).to.deep.equal(["ann", "ann"]);
    expect((await add(ann, cart, { ...item, user_id: "ann", tenant_id: "shop-1" })).status).to.equal(200);
  });

  it("creates an empty cart, and one by several changes, for the token's user and tenant", async () => {
    const [empty, changed] = [uuidv7(), uuidv7()];
    expect((await send(ann, "POST", `/carts/${empty}`, {})).status).to.equal(200);
    const operations = [{ op: "add_item", ...item }];
    expect((await send(ann, "POST", `/carts/${changed}/changes`, { operations })).status).to.equal(200);
    for (const cart of [empty, changed]) {
      expect((await eventsOf(cart))[0]?.event_data).to.include({ user_id: "ann", tenant_id: "shop-1" });
      // The back end changes the cart without naming its user, and creates none without one.
      expect((await send(admin, "POST", `/carts/${cart}/changes`, { operations })).status).to.equal(200);
      expect((await send(admin, "POST", `/carts/${uuidv7()}/changes`, { operations })).status).to.equal(404);
    }
  });

  it("creates none for another user or tenant, except an administrator's of its tenant", async () => {
    const cart = uuidv7();
    const others: readonly [TokenClaims, object][] = [
      [ann, { user_id: "bob" }],
      [ann, { tenant_id: "shop-2" }],
      [ann, { user_id: "ann", tenant_id: "default" }],
      [admin, { user_id: "bob", tenant_id: "shop-2" }],
    ];
    for (const [who, owner] of others) {
      const { status, json, headers } = await add(who, cart, { ...item, ...owner });
      expect([status, json["type"]]).to.deep.equal([403, "/problems/forbidden"]);
      expect(headers.get("WWW-Authenticate")).to.contain('error="insufficient_scope"');
    }
    expect((await addByShortAddress(ann, cart, { ...item, user_id: "bob" })).status).to.equal(403);
    expect((await send(ann, "POST", `/carts/${cart}`, { user_id: "bob" })).status).to.equal(403);
    const operations = [{ op: "add_item", ...item }];
    expect((await send(ann, "POST", `/carts/${cart}/changes`, { user_id: "bob", operations })).status).to.equal(403);
    expect((await send(admin, "POST", `/carts/${cart}/changes`, { tenant_id: "shop-2", operations })).status).to.equal(403);
    expect(await eventsOf(cart)).to.deep.equal([]);
    expect((await add(admin, cart, { ...item, user_id: "bob" })).status).to.equal(200);
    const [created] = await eventsOf(cart);
    expect([created?.event_data["user_id"], created?.event_data["tenant_id"], created?.metadata["actor"]]).to.deep.equal([
      "bob",
      "shop-1",
      "back-end",
    ]);
    expect((await add(bob, cart)).status).to.equal(200);
  });

  const commands: readonly [name: string, send: (who: TokenClaims, cart: string, headers?: Headers) => Promise<Reply>][] = [
    ["change a quantity", (who, cart, h) => send(who, "PATCH", `/carts/${cart}/items/item-1`, { quantity: 3 }, h)],
    ["remove an item", (who, cart, h) => send(who, "DELETE", `/carts/${cart}/items/item-1`, undefined, h)],
    ["remove an item that is not there", (who, cart, h) => send(who, "DELETE", `/carts/${cart}/items/item-9`, undefined, h)],
    ["clear", (who, cart, h) => send(who, "DELETE", `/carts/${cart}/items`, undefined, h)],
    ["submit", (who, cart, h) => send(who, "POST", `/carts/${cart}/submit`, undefined, h)],
    ["reopen", (who, cart, h) => send(who, "POST", `/carts/${cart}/reopen`, undefined, h)],
    ["purchase", (who, cart, h) => send(who, "POST", `/carts/${cart}/purchase`, { order_id: "order-1" }, h)],
    ["change its details", (who, cart, h) => send(who, "PATCH", `/carts/${cart}`, { attributes: { note: "x" } }, h)],
    ["claim", (who, cart, h) => send(who, "POST", `/carts/${cart}/claim`, { user_id: who.sub === "back-end" ? "zoe" : who.sub }, h)],
    ["change several things", (who, cart, h) => send(who, "POST", `/carts/${cart}/changes`, { operations: [{ op: "clear" }] }, h)],
    ["merge into itself", (who, cart, h) => send(who, "POST", `/carts/${cart}/merge`, { target_cart_id: cart }, h)],
    ["merge into an unknown cart", (who, cart, h) => send(who, "POST", `/carts/${cart}/merge`, { target_cart_id: uuidv7() }, h)],
    ["add at too precise a price", (who, cart, h) => add(who, cart, { ...item, price: 0.001 }, h)],
  ];
  const conditions: readonly Headers[] = [
    {},
    { "If-Match": '"2"' },
    { "If-Match": '"1"' },
    { "If-Match": "*" },
    { "Idempotency-Key": "key-1" },
  ];
  for (const [name, command] of commands) {
    it(`answers "${name}" on another's cart as on an unknown one`, async () => {
      const cart = await cartOf(ann);
      for (const headers of conditions) {
        const unknown = uuidv7();
        const expected = seen(await command(bob, unknown, headers), unknown);
        for (const stranger of [bob, annElsewhere, adminElsewhere]) {
          expect(seen(await command(stranger, cart, headers), cart), JSON.stringify(headers)).to.deep.equal(expected);
        }
      }
      expect(await eventsOf(cart)).to.have.length(2);
    });
  }

  it("answers adding to another's cart with 404, in any of its states", async () => {
    const cart = await cartOf(ann);
    const refused = async (): Promise<void> => {
      const version = (await eventsOf(cart)).length;
      for (const headers of [{}, { "Idempotency-Key": "key-2" }]) {
        const { status, json, headers: answered } = await add(bob, cart, item, headers);
        expect([status, json["type"], json["title"], json["detail"]]).to.deep.equal([
          404,
          "/problems/not-found",
          "There is no such cart",
          "there is no cart with this id",
        ]);
        expect(answered.has("ETag")).to.equal(false);
      }
      expect((await add(bob, cart, item, { "If-Match": `"${version}"` })).json["current_version"]).to.equal(0);
      expect((await add(annElsewhere, cart)).status).to.equal(404);
      expect((await addByShortAddress(bob, cart)).status).to.equal(404);
      expect((await send(bob, "POST", `/carts/${cart}`, {})).status).to.equal(404);
      expect(await eventsOf(cart)).to.have.length(version);
    };
    await refused();
    await send(ann, "POST", `/carts/${cart}/submit`);
    await refused();
    await send(ann, "POST", `/carts/${cart}/purchase`, { order_id: "order-1" });
    await refused();
    expect((await add(ann, cart)).status).to.equal(409);
  });

  it("decides whose cart it is with the command: two who create it at once", async () => {
    for (let round = 0; round < 10; round++) {
      const cart = uuidv7();
      const replies = await Promise.all([ann, bob, ann, bob].map((who) => add(who, cart)));
      expect(replies.map(({ status }) => status)).to.have.members([200, 200, 404, 404]);
      expect(new Set((await eventsOf(cart)).map(({ metadata }) => metadata["actor"])).size).to.equal(1);
    }
  });

  it("decides it on the newest events, also in a process that has them not in memory", async () => {
    const cart = await cartOf(ann);
    const path = `/carts/${cart}/items`;
    expect((await other.send("POST", path, item, await bearer(bob))).status).to.equal(404);
    expect((await other.send("POST", path, item, await bearer(ann))).status).to.equal(200);
    expect((await other.send("POST", path, { ...item, user_id: "ann" }, await bearer(admin))).status).to.equal(200);
  });

  describe("a merge", () => {
    const merge = (who: TokenClaims, source: string, target: string): Promise<Reply> =>
      send(who, "POST", `/carts/${source}/merge`, { target_cart_id: target });

    it("needs both carts to be the token's", async () => {
      const own = await cartOf(ann);
      const foreign = await cartOf(bob);
      const [toForeign, toUnknown, fromForeign] = [
        await merge(ann, own, foreign),
        await merge(ann, await cartOf(ann), uuidv7()),
        await merge(ann, foreign, own),
      ];
      expect(toForeign.status).to.equal(404);
      // A target that does not exist is created for the customer, as an item that is added to an unknown cart creates it.
      expect(toUnknown.status).to.equal(200);
      expect([fromForeign.status, fromForeign.json["type"]]).to.deep.equal([404, "/problems/not-found"]);
      expect(await eventsOf(own)).to.have.length(2);
      expect(await eventsOf(foreign)).to.have.length(2);
      expect((await merge(ann, own, await cartOf(ann))).status).to.equal(200);
    });

    it("is an administrator's within its tenant, and stays hidden from who has only one of the carts", async () => {
      const guest = await cartOf({ sub: "guest-1", tenant_id: "shop-1", scope });
      const own = await cartOf(ann);
      expect((await merge(adminElsewhere, guest, own)).status).to.equal(404);
      expect((await merge(admin, guest, own)).status).to.equal(200);
      // Again: it changes nothing, but its answer has the version of both.
      expect((await merge(admin, guest, own)).status).to.equal(200);
      const { status, json } = await merge({ sub: "guest-1", tenant_id: "shop-1" }, guest, own);
      expect([status, json["target"]]).to.deep.equal([404, undefined]);
    });
  });

  it("lets only the shop set prices and adjustments", async () => {
    const cart = await cartOf(ann);
    const shopper = { sub: ann.sub, tenant_id: ann.tenant_id };
    const adjustments = [{ kind: "discount", amount: -1 }];
    const operations = [{ op: "set_adjustments", adjustments }];
    for (const [method, path, body, field] of [
      ["PUT", "adjustments", { adjustments }, undefined],
      ["POST", "changes", { operations }, "operations/0/adjustments"],
      ["PATCH", "items/item-1", { price: 2 }, "price"],
      ["POST", "changes", { operations: [{ op: "change_item", line_id: "item-1", price: 2 }] }, "operations/0/price"],
      ["POST", "changes", { operations: [{ op: "clear" }, { op: "add_item", ...item }] }, "operations/1/price"],
    ] as const) {
      const refused = await send(shopper, method, `/carts/${cart}/${path}`, body);
      expect([refused.status, refused.json["type"]], path).to.deep.equal([403, "/problems/forbidden"]);
      const [error] = (refused.json["errors"] ?? []) as { field: string }[];
      expect(error?.field, path).to.equal(field);
      const [, place] = field?.split("/") ?? [];
      expect(refused.json["operation"], path).to.equal(place === undefined ? undefined : Number(place));
      expect((await send(admin, method, `/carts/${cart}/${path}`, body)).status, path).to.equal(200);
      expect((await send(adminElsewhere, method, `/carts/${cart}/${path}`, body)).status, path).to.equal(404);
    }
  });

  describe("a guest who logs in", () => {
    const guest: TokenClaims = { sub: "guest-1", tenant_id: "shop-1", scope };
    const tokenOf = async (who: TokenClaims): Promise<Headers> => ({
      "Guest-Token": (await bearer(who)).Authorization.slice("Bearer ".length),
    });
    const claim = async (who: TokenClaims, cart: string, body?: object, headers: Headers = {}): Promise<Reply> =>
      send(who, "POST", `/carts/${cart}/claim`, body, headers);
    const typesOf = ({ json }: Reply): unknown => (json["events"] as { type: string }[]).map(({ type }) => type);

    it("gets the cart with both tokens, once, and the guest's token no longer gives access to it", async () => {
      const cart = await cartOf(guest);
      const both = await tokenOf(guest);
      expect((await claim(ann, cart)).status).to.equal(404);
      const first = await claim(ann, cart, undefined, { ...both, "Idempotency-Key": "login-1" });
      expect([first.status, typesOf(first)]).to.deep.equal([200, ["CartClaimed"]]);
      const again = await claim(ann, cart, undefined, { ...both, "Idempotency-Key": "login-1" });
      expect([again.text, again.headers.get("Idempotency-Replayed")]).to.deep.equal([first.text, "true"]);
      expect(typesOf(await claim(ann, cart, { user_id: "ann" }, both))).to.deep.equal([]);
      expect([(await add(ann, cart)).status, (await add(guest, cart)).status]).to.deep.equal([200, 404]);
      const [, , claimed] = await eventsOf(cart);
      expect([claimed?.event_data, claimed?.metadata["actor"]]).to.deep.equal([{ user_id: "ann", previous_user_id: "guest-1" }, "ann"]);
    });

    it("gets it from the back end, which has to name the customer", async () => {
      const cart = await cartOf(guest);
      const unnamed = await claim(admin, cart);
      expect([unnamed.status, unnamed.json["type"]]).to.deep.equal([400, "/problems/validation"]);
      expect((await claim(adminElsewhere, cart, { user_id: "ann" })).status).to.equal(404);
      expect((await claim(admin, cart, { user_id: "ann" })).status).to.equal(200);
      expect([(await add(ann, cart)).status, (await add(guest, cart)).status]).to.deep.equal([200, 404]);
    });

    it("gets no cart but the guest's own, and gives none to somebody else", async () => {
      const [cart, bobs] = [await cartOf(guest), await cartOf(bob)];
      const both = await tokenOf(guest);
      expect((await claim(ann, bobs, undefined, both)).status).to.equal(404);
      expect((await claim(ann, cart, { user_id: "bob" }, both)).status).to.equal(403);
      expect((await claim(ann, cart, undefined, await tokenOf({ ...guest, tenant_id: "shop-2" }))).status).to.equal(403);
      // A scope of the guest's token opens no further cart.
      expect((await claim(ann, bobs, undefined, await tokenOf({ ...guest, scope: "carts:admin" }))).status).to.equal(404);
      for (const bad of [{ "Guest-Token": "no token" }, { "Guest-Token": "e30.e30.e30" }]) {
        const { status, json } = await claim(ann, cart, undefined, bad);
        expect([status, json["type"]]).to.deep.equal([401, "/problems/unauthorized"]);
      }
      expect((await claim({ ...guest, sub: "guest-2" }, cart, undefined, {})).status).to.equal(404);
      expect(await eventsOf(cart)).to.have.length(2);
      expect(await eventsOf(bobs)).to.have.length(2);
    });

    it("gets no cart that is an order or merged, none with an expired token, and changes nothing with its own token twice", async () => {
      const [purchased, merged, own] = [await cartOf(guest), await cartOf(guest), await cartOf(ann)];
      const both = await tokenOf(guest);
      expect((await send(admin, "POST", `/carts/${purchased}/purchase`, { order_id: "order-1" })).status).to.equal(200);
      expect((await send(guest, "POST", `/carts/${merged}/merge`, { target_cart_id: purchased })).status).to.equal(409);
      expect((await send(guest, "POST", `/carts/${merged}/merge`, { target_cart_id: await cartOf(guest) })).status).to.equal(200);
      const [ofOrder, ofMerged] = [await claim(ann, purchased, undefined, both), await claim(ann, merged, undefined, both)];
      expect([ofOrder.status, ofOrder.json["type"], ofOrder.json["order_id"]]).to.deep.equal([409, "/problems/cart-closed", "order-1"]);
      expect([ofMerged.status, ofMerged.json["type"]]).to.deep.equal([409, "/problems/cart-merged"]);
      expect(typesOf(await claim(ann, own, undefined, await tokenOf(ann)))).to.deep.equal([]);
      const cart = await cartOf(guest);
      const expired = await bearer({ ...guest, exp: Math.floor(Date.now() / 1000) - 60 });
      const refused = await claim(ann, cart, undefined, { "Guest-Token": expired.Authorization.slice("Bearer ".length) });
      expect([refused.status, refused.json["type"]]).to.deep.equal([401, "/problems/unauthorized"]);
      expect(await eventsOf(cart)).to.have.length(2);
      // A submitted cart is claimed too: its customer logs in at checkout.
      expect((await send(guest, "POST", `/carts/${cart}/submit`)).status).to.equal(200);
      expect(typesOf(await claim(ann, cart, undefined, both))).to.deep.equal(["CartClaimed"]);
      expect((await send(ann, "POST", `/carts/${cart}/reopen`)).status).to.equal(200);
    });

    it("merges with both tokens, also into a cart that is not there", async () => {
      const merge = async (who: TokenClaims, source: string, into: string, headers: Headers, more: object = {}): Promise<Reply> =>
        send(who, "POST", `/carts/${source}/merge`, { target_cart_id: into, ...more }, headers);
      const [own, target] = [await cartOf(ann), uuidv7()];
      expect((await merge(ann, await cartOf(guest), own, {})).status).to.equal(404);
      expect((await merge(ann, await cartOf(guest), own, await tokenOf(guest))).status).to.equal(200);
      const created = await merge(ann, await cartOf(guest), target, await tokenOf(guest));
      expect([created.status, (created.json["target"] as Reply["json"])["version"]]).to.deep.equal([200, 2]);
      expect((await eventsOf(target))[0]?.event_data).to.deep.equal({ user_id: "ann", tenant_id: "shop-1", currency: "USD" });
      expect([(await add(ann, target)).status, (await add(guest, target)).status]).to.deep.equal([200, 404]);

      const byBackEnd = uuidv7();
      expect((await merge(admin, await cartOf(guest), byBackEnd, {})).status).to.equal(404);
      expect((await merge(admin, await cartOf(guest), byBackEnd, {}, { user_id: "ann" })).status).to.equal(200);
      expect((await add(ann, byBackEnd)).status).to.equal(200);
      expect((await merge(ann, await cartOf(ann), uuidv7(), {}, { user_id: "bob" })).status).to.equal(403);
    });
  });

  it("gives the answer to an idempotency key to its sender alone", async () => {
    const cart = uuidv7();
    const key = { "Idempotency-Key": "key-3" };
    const first = await add(ann, cart, item, key);
    const again = await add(ann, cart, item, key);
    expect([again.text, again.headers.get("Idempotency-Replayed")]).to.deep.equal([first.text, "true"]);
    for (const body of [item, { ...item, quantity: 7 }]) {
      const foreign = await add(bob, cart, body, key);
      expect([foreign.status, foreign.headers.has("Idempotency-Replayed"), foreign.json["version"]]).to.deep.equal([404, false, undefined]);
    }
    // An administrator's key is its own too: this is a command of its own.
    expect((await add(admin, cart, { ...item, user_id: "ann" }, key)).json["version"]).to.equal(3);
    const reused = await add(ann, cart, { ...item, quantity: 7 }, key);
    expect([reused.status, reused.json["type"]]).to.deep.equal([422, "/problems/idempotency-key-reused"]);
    const longest = { "Idempotency-Key": "k".repeat(255) };
    expect((await add(ann, cart, item, longest)).text).to.equal((await add(ann, cart, item, longest)).text);
  });
});
