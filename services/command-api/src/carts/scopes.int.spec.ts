import { migrateEventStore } from "@cart/migrations";
import { bearer, fixedClock, type TokenClaims, tokenEnv, useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { v7 as uuidv7 } from "uuid";
import { type CommandApi, type Reply, startCommandApi } from "../testing/startCommandApi.ts";

const shopper: TokenClaims = { sub: "ann", tenant_id: "shop-1" };
const pricing: TokenClaims = { ...shopper, scope: "openid carts:price" };
const purchasing: TokenClaims = { ...shopper, scope: "openid carts:purchase" };
const admin: TokenClaims = { sub: "back-end", tenant_id: "shop-1", scope: "carts:admin" };

const item = { item_id: "item-1", quantity: 1, price: 2.5 };

describe("the scopes of commands", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let api: CommandApi;
  before(async () => {
    api = await startCommandApi(database.url(), fixedClock("2025-11-20T16:30:00.000Z"), tokenEnv);
  });
  after(() => api.stop());

  const send = async (who: TokenClaims, method: string, path: string, body?: unknown): Promise<Reply> =>
    api.send(method, path, body, await bearer(who));
  const newCart = async (): Promise<string> => {
    const cart = uuidv7();
    expect((await send(pricing, "POST", `/carts/${cart}/items`, item)).status).to.equal(200);
    return cart;
  };
  const expectForbidden = ({ status, json, headers }: Reply, scope: string): void => {
    expect([status, json["type"]]).to.deep.equal([403, "/problems/forbidden"]);
    expect(json["detail"]).to.contain(scope);
    expect(headers.get("WWW-Authenticate")).to.equal(`Bearer realm="carts", error="insufficient_scope", scope="${scope}"`);
  };

  it("let a shopper do everything with its own cart but name a price or a name, and purchase", async () => {
    const [cart, other] = [await newCart(), await newCart()];
    const steps: readonly [method: string, path: string, body?: object][] = [
      ["PATCH", `/carts/${cart}/items/item-1`, { quantity: 3 }],
      ["POST", `/carts/${cart}/submit`],
      ["POST", `/carts/${cart}/reopen`],
      ["DELETE", `/carts/${cart}/items/item-1`],
      ["DELETE", `/carts/${cart}/items`],
      ["POST", `/carts/${cart}/merge`, { target_cart_id: other }],
    ];
    for (const [method, path, body] of steps) {
      const reply = await send(shopper, method, path, body);
      expect(reply.status, `${method} ${path}: ${reply.text}`).to.equal(200);
    }
  });

  it("refuse a shopper's price and name, at both addresses and also in a cart that does not exist yet", async () => {
    const cart = await newCart();
    for (const path of [`/carts/${cart}/items`, `/additem/${cart}`, `/carts/${uuidv7()}/items`]) {
      for (const who of [shopper, purchasing]) expectForbidden(await send(who, "POST", path, { ...item, price: 0.01 }), "carts:price");
      expectForbidden(await send(shopper, "POST", path, { ...item, name: "Laptop" }), "carts:price");
    }
    expect((await send(pricing, "POST", `/carts/${cart}/items`, { ...item, name: "Cup" })).json["version"]).to.equal(3);
    expect((await send(admin, "POST", `/carts/${cart}/items`, { ...item, user_id: "ann" })).json["version"]).to.equal(4);
  });

  it("refuse a shopper's purchase, whether the cart exists or not", async () => {
    const cart = await newCart();
    for (const id of [cart, uuidv7()]) {
      for (const who of [shopper, pricing])
        expectForbidden(await send(who, "POST", `/carts/${id}/purchase`, { order_id: "I-never-paid" }), "carts:purchase");
    }
    expect((await send(purchasing, "POST", `/carts/${cart}/purchase`, { order_id: "order-1" })).status).to.equal(200);
    const another = await newCart();
    expect((await send(admin, "POST", `/carts/${another}/purchase`, { order_id: "order-2" })).status).to.equal(200);
  });

  it("give no access to the carts of others", async () => {
    const cart = await newCart();
    const stranger = { sub: "bob", tenant_id: "shop-1", scope: "carts:price carts:purchase" };
    expect((await send(stranger, "POST", `/carts/${cart}/items`, item)).status).to.equal(404);
    expect((await send(stranger, "POST", `/carts/${cart}/purchase`, { order_id: "order-1" })).status).to.equal(404);
  });

  it("are in the document: each operation names those of which it needs one", async () => {
    const document = (await api.send("GET", "/openapi.json")).json as {
      paths: Record<string, Record<string, { security: unknown }>>;
    };
    const securityOf = (path: string, method: string): unknown => document.paths[path]?.[method]?.security;
    expect(securityOf("/carts/{id}/purchase", "post")).to.deep.equal([
      { bearerAuth: ["carts:purchase"] },
      { bearerAuth: ["carts:admin"] },
      {},
    ]);
    expect(securityOf("/tenants/{tenant_id}/cart-abandoned-policies", "put")).to.deep.equal([{ bearerAuth: ["carts:admin"] }, {}]);
    expect(securityOf("/carts/{id}/items", "post")).to.deep.equal([{ bearerAuth: [] }, {}]);
  });
});

describe("a service without access control", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let api: CommandApi;
  before(async () => {
    api = await startCommandApi(database.url(), fixedClock("2025-11-20T16:30:00.000Z"));
  });
  after(() => api.stop());

  it("takes prices and purchases from everyone, and requires a price", async () => {
    const cart = uuidv7();
    const add = (body: object): Promise<Reply> => api.send("POST", `/additem/${cart}`, { user_id: "ann", ...body });
    expect((await add({ ...item, name: "Cup" })).status).to.equal(200);
    const { status, json } = await add({ item_id: "item-1" });
    expect([status, json["errors"]]).to.deep.equal([400, [{ field: "price", message: "is required" }]]);
    expect((await api.send("POST", `/carts/${cart}/purchase`, { order_id: "order-1" })).status).to.equal(200);
  });
});
