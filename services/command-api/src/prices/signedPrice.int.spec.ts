import { migrateEventStore } from "@cart/migrations";
import { listen } from "@cart/process-kit";
import { eventStoreTables } from "@cart/event-store/testing";
import { bearer, fixedClock, signPrice, signedPriceEnv, type TokenClaims, tokenEnv, useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import express from "express";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { v7 as uuidv7 } from "uuid";
import { type CommandApi, type Reply, startCommandApi } from "../testing/startCommandApi.ts";

const shopper: TokenClaims = { sub: "ann", tenant_id: "shop-1" };
const signed = { item_id: "item-1", tenant_id: "shop-1", price: 2.5, currency: "EUR", name: "Cup" };

describe("a signed price", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let api: CommandApi;
  before(async () => {
    api = await startCommandApi(database.url(), fixedClock("2025-11-20T16:30:00.000Z"), { ...tokenEnv, ...signedPriceEnv });
  });
  after(() => api.stop());

  const add = async (body: object, { cart = uuidv7(), who = shopper, path = "carts/{}/items", headers = {} } = {}): Promise<Reply> =>
    api.send("POST", `/${path.replace("{}", cart)}`, { item_id: "item-1", ...body }, { ...(await bearer(who)), ...headers });
  const expectRefused = ({ status, json, text }: Reply, reason: RegExp): void => {
    expect([status, json["type"]], text).to.deep.equal([422, "/problems/signed-price-invalid"]);
    const [error] = json["errors"] as { field: string; message: string }[];
    expect(error?.field).to.equal("signed_price");
    expect(error?.message).to.match(reason);
  };

  it("is verified in each of several changes, and a refusal names its operation", async () => {
    const cart = uuidv7();
    const change = async (signed_price: string): Promise<Reply> => {
      const operations = [
        { op: "change_cart", attributes: { note: "x" } },
        { op: "add_item", item_id: "item-1", signed_price },
      ];
      return api.send("POST", `/carts/${cart}/changes`, { currency: signed.currency, operations }, await bearer(shopper));
    };
    expect((await add({ signed_price: await signPrice(signed) }, { cart })).status).to.equal(200);
    const { status, json } = await change("e30.e30.e30");
    expect([status, json["type"], json["operation"]]).to.deep.equal([422, "/problems/signed-price-invalid", 1]);
    expect(json["errors"]).to.have.nested.property("[0].field", "operations/1/signed_price");
    expect((await change(await signPrice({ ...signed, price: 3 }))).json["version"]).to.equal(4);
  });

  it("is named by a refusal of what it alone says", async () => {
    const cart = uuidv7();
    expect((await add({ signed_price: await signPrice(signed) }, { cart })).status).to.equal(200);
    const attributes = Object.fromEntries(["a", "b", "c"].map((name) => [name, "x".repeat(500)]));
    const cases: readonly [claims: object, type: string][] = [
      [{ price: 0.001 }, "price-invalid"],
      [{ price: 9_999_999_999_999.99 }, "amount-limit"],
      [{ currency: "USD" }, "currency-mismatch"],
      [{ attributes }, "attributes-too-large"],
    ];
    const fieldsOf = ({ json }: Reply): unknown => (json["errors"] as { field: string }[]).map(({ field }) => field);
    for (const [claims, type] of cases) {
      const signed_price = await signPrice({ ...signed, ...claims });
      const alone = await add({ signed_price }, { cart });
      expect([alone.json["type"], fieldsOf(alone)]).to.deep.equal([`/problems/${type}`, ["signed_price"]]);
      const operations = [
        { op: "change_cart", attributes: { note: "x" } },
        { op: "add_item", item_id: "item-1", signed_price },
      ];
      const among = await api.send("POST", `/carts/${cart}/changes`, { operations }, await bearer(shopper));
      expect([among.json["type"], among.json["operation"]]).to.deep.equal([`/problems/${type}`, 1]);
      expect(fieldsOf(among)).to.deep.equal(["operations/1/signed_price"]);
    }
  });

  it("gives the line its price, currency and name, in a shopper's request", async () => {
    const cart = uuidv7();
    const reply = await add({ quantity: 2, signed_price: await signPrice(signed) }, { cart });
    expect(reply.status, reply.text).to.equal(200);
    const data = (await eventStoreTables(api.pool).events.rows({ aggregate_id: cart })).map(({ event_data: each }) => each);
    expect(data[0]).to.include({ currency: "EUR", user_id: "ann" });
    expect(data[1]).to.deep.equal({
      line_id: "item-1",
      item_id: "item-1",
      name: "Cup",
      quantity: 2,
      unit_price: 250,
      previous_unit_price: null,
    });
    expect((await add({ signed_price: await signPrice({ ...signed, price: 3 }) }, { cart, path: "additem/{}" })).status).to.equal(200);
  });

  it("gives the line its attributes, whether the request names them or not", async () => {
    const attributes = { size: "L", engraved: true };
    const signed_price = await signPrice({ ...signed, attributes });
    for (const body of [{}, { attributes: { engraved: true, size: "L" } }]) {
      const cart = uuidv7();
      const reply = await add({ signed_price, ...body }, { cart });
      expect(reply.status, reply.text).to.equal(200);
      const [, added] = await eventStoreTables(api.pool).events.rows({ aggregate_id: cart });
      expect(added?.["event_data"]).to.deep.include({ attributes, unit_price: 250 });
    }
  });

  it("is of an item with its attributes only, so that a shopper gets nothing engraved for the price of a plain item", async () => {
    const attributes = { size: "L" };
    const plain = await signPrice(signed);
    const large = await signPrice({ ...signed, attributes });
    const cases: readonly [signed_price: string, attributes: object][] = [
      [plain, attributes],
      [plain, { constructor: "x" }],
      [large, {}],
      [large, { size: "XL" }],
      [large, { ...attributes, engraved: true }],
      [await signPrice({ ...signed, attributes: { size: 1 } }), { size: "1" }],
    ];
    for (const [signed_price, named] of cases)
      expectRefused(await add({ signed_price, attributes: named }), /attributes of the signed price differ/);
    for (const wrong of [
      { "1": "a" },
      JSON.parse('{"__proto__":"a"}') as object,
      { size: null },
      { size: { a: 1 } },
      "L",
      { size: "x".repeat(501) },
    ]) {
      expectRefused(
        await add({ signed_price: await signPrice({ ...signed, attributes: wrong }) }),
        /claims of the signed price are not valid/,
      );
    }
    const change = { operations: [{ op: "add_item", item_id: "item-1", signed_price: plain, attributes }], currency: signed.currency };
    const { status, json } = await api.send("POST", `/carts/${uuidv7()}/changes`, change, await bearer(shopper));
    expect([status, json["type"], json["operation"]]).to.deep.equal([422, "/problems/signed-price-invalid", 0]);
  });

  it("must be of the request's item, tenant and currency, and in force", async () => {
    const cases: readonly [what: string, body: object, reason: RegExp][] = [
      ["item", { item_id: "item-2", signed_price: await signPrice(signed) }, /item_id of the signed price differs/],
      ["tenant", { signed_price: await signPrice({ ...signed, tenant_id: "shop-2" }) }, /tenant_id of the signed price differs/],
      ["currency", { currency: "USD", signed_price: await signPrice(signed) }, /currency of the signed price differs/],
      ["time", { signed_price: await signPrice({ ...signed, exp: 1_700_000_000 }) }, /has expired/],
      ["price", { signed_price: await signPrice({ ...signed, price: -1 }) }, /claims of the signed price are not valid: price/],
      ["claims", { signed_price: await signPrice({ item_id: "item-1" }) }, /claims of the signed price are not valid/],
    ];
    for (const path of ["carts/{}/items", "additem/{}"]) {
      for (const [what, body, reason] of cases) (expectRefused(await add(body, { path }), reason), what);
    }
    const cart = uuidv7();
    await add({ signed_price: await signPrice(signed) }, { cart });
    const { status, json } = await add({ signed_price: await signPrice({ ...signed, currency: "USD" }) }, { cart });
    expect([status, json["type"]]).to.deep.equal([409, "/problems/currency-mismatch"]);
  });

  it("must be signed by the catalogue, as a price and not as a token", async () => {
    const secret = new TextEncoder().encode(signedPriceEnv.PRICE_SECRET);
    const jwt = () => new SignJWT({ ...signed, exp: Math.floor(Date.now() / 1000) + 3600 });
    const authSecret = new TextEncoder().encode(tokenEnv.AUTH_SECRET);
    const typed = { alg: "HS256", typ: "price+jwt" };
    const forged: readonly [signed: string, reason: RegExp][] = [
      [await jwt().setProtectedHeader(typed).sign(authSecret), /is not valid/],
      [await jwt().setProtectedHeader({ alg: "HS256" }).sign(secret), /typ of the signed price/],
      [
        await jwt()
          .setProtectedHeader({ ...typed, alg: "HS512" })
          .sign(new Uint8Array(64)),
        /algorithm/,
      ],
      [await new SignJWT(signed).setProtectedHeader(typed).sign(secret), /claim exp/],
      ["abc.def.ghi", /is not valid/],
    ];
    for (const [jws, reason] of forged) expectRefused(await add({ signed_price: jws }), reason);
    const [header = "", payload = "", signature = ""] = (await signPrice(signed)).split(".");
    const cheaper = Buffer.from(Buffer.from(payload, "base64url").toString().replace("2.5", "0.1")).toString("base64url");
    expectRefused(await add({ signed_price: `${header}.${cheaper}.${signature}` }), /is not valid/);
  });

  it("cannot come with a price, and a shopper without one needs one", async () => {
    const both = await add({ price: 1, signed_price: await signPrice(signed) }, { who: { ...shopper, scope: "carts:price" } });
    expect([both.status, (both.json["errors"] as { field: string }[])[0]?.field]).to.deep.equal([400, "signed_price"]);
    const none = await add({});
    expect([none.status, none.json["type"]]).to.deep.equal([422, "/problems/price-invalid"]);
    expect((await add({ price: 0.01 })).status).to.equal(403);
    expect((await add({ name: "Laptop", signed_price: await signPrice(signed) })).status).to.equal(403);
  });

  it("names the item alone: a shopper's own name is refused beside it, at both addresses and among several changes", async () => {
    const [cart, signed_price] = [uuidv7(), await signPrice(signed)];
    const named = { item_id: "item-1", name: "Laptop", signed_price };
    for (const [path, body] of [
      [`/carts/${cart}/items`, named],
      [`/additem/${cart}`, named],
      [`/carts/${cart}/changes`, { operations: [{ op: "add_item", ...named }] }],
    ] as const) {
      const { status, json } = await api.send("POST", path, body, await bearer(shopper));
      expect([status, json["type"]], path).to.deep.equal([403, "/problems/forbidden"]);
      expect(json["detail"]).to.contain("a name");
    }
    expect((await add({ name: "Laptop", signed_price }, { who: { ...shopper, scope: "carts:price" } })).status).to.equal(200);
  });

  it("is not looked at again when the request is repeated with its key, because the answer is stored", async () => {
    const cart = uuidv7();
    const headers = { "Idempotency-Key": "key-1" };
    const exp = Math.floor(Date.now() / 1000) + 2;
    const body = { signed_price: await signPrice({ ...signed, exp }) };
    const first = await add(body, { cart, headers });
    expect(first.status, first.text).to.equal(200);
    // The price expires by the clock of the machine.
    await new Promise((resolve) => setTimeout(resolve, exp * 1000 - Date.now() + 5));
    expectRefused(await add(body, { cart }), /has expired/);
    const again = await add(body, { cart, headers });
    expect([again.status, again.text, again.headers.get("Idempotency-Replayed")]).to.deep.equal([200, first.text, "true"]);
  });

  it("is refused by a service without keys for it", async () => {
    const without = await startCommandApi(database.url(), fixedClock("2025-11-20T16:30:00.000Z"));
    try {
      const { status, json } = await without.send("POST", `/carts/${uuidv7()}/items`, {
        user_id: "ann",
        item_id: "item-1",
        price: 1,
        signed_price: await signPrice(signed),
      });
      expect([status, (json["errors"] as { field: string }[])[0]?.field]).to.deep.equal([400, "signed_price"]);
    } finally {
      await without.stop();
    }
  });

  it("is verified with the catalogue's public keys, and refused with 503 while they cannot be read", async () => {
    const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
    let keysAreThere = false;
    const app = express();
    const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: "k", alg: "ES256", use: "sig" }] };
    app.get("/keys", (_req, res) => void (keysAreThere ? res.json(keys) : res.sendStatus(500)));
    const server = await listen(app, { port: 0, host: "127.0.0.1" });
    const clock = fixedClock("2025-11-20T16:30:00.000Z");
    const open = await startCommandApi(database.url(), clock, { PRICE_JWKS_URL: `http://127.0.0.1:${server.port}/keys` });
    try {
      const jws = await new SignJWT({ ...signed, exp: Math.floor(Date.now() / 1000) + 3600 })
        .setProtectedHeader({ alg: "ES256", kid: "k", typ: "price+jwt" })
        .sign(privateKey);
      const send = () =>
        open.send("POST", `/carts/${uuidv7()}/items`, { user_id: "ann", tenant_id: "shop-1", item_id: "item-1", signed_price: jws });
      const away = await send();
      expect([away.status, away.json["type"]]).to.deep.equal([503, "/problems/unavailable"]);
      keysAreThere = true;
      const reply = await send();
      expect(reply.status, reply.text).to.equal(200);
    } finally {
      await open.stop();
      await server.close();
    }
  });
});
