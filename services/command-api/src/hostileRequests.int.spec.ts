import { gzipSync } from "node:zlib";
import { eventStoreTables } from "@cart/event-store/testing";
import { migrateEventStore } from "@cart/migrations";
import { type HttpServer, listen } from "@cart/process-kit";
import { fixedClock, type RawAnswer, sendRaw, useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { type CommandApi, startCommandApi } from "./testing/startCommandApi.ts";

const cart = "00000000-0000-4000-8000-000000000001";
const items = `/carts/${cart}/items`;
const json = (changes: string): string => `{"user_id":"u","item_id":"i","price":1${changes}}`;

describe("the command API, whatever is sent to it,", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let api: CommandApi;
  let server: HttpServer;
  before(async () => {
    api = await startCommandApi(database.url(), fixedClock("2025-11-20T16:30:00.000Z"));
    server = await listen(api.app, { port: 0, host: "127.0.0.1" });
  });
  after(async () => {
    await server.close();
    await api.stop();
  });

  const send = (
    method: string,
    path: string,
    body: string | Uint8Array = "",
    headers = "Content-Type: application/json",
  ): Promise<RawAnswer> => {
    const head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n\r\n`;
    return sendRaw(server.port, Buffer.concat([Buffer.from(head, "latin1"), Buffer.from(body)]));
  };
  const expectRefusal = ({ status, text }: RawAnswer): void => {
    expect(status, text).to.be.within(400, 499);
    expect(text).to.contain("Content-Type: application/problem+json");
    expect(text).not.to.match(/ at .*\.[jt]s|SELECT|INSERT|node_modules/);
  };
  const storedEvents = (): Promise<number> => eventStoreTables(api.pool).events.count();

  const bodies: readonly [what: string, body: string | Uint8Array, field?: string][] = [
    ["a lone high surrogate", json(String.raw`,"user_id":"\ud800"`), "user_id"],
    ["a lone low surrogate", json(String.raw`,"item_id":"a\udc00b"`), "item_id"],
    ["surrogates in the wrong order", json(String.raw`,"name":"\udc00\ud800"`), "name"],
    ["NUL", json(String.raw`,"tenant_id":"a\u0000b"`), "tenant_id"],
    ["a line break", json(String.raw`,"item_id":"a\nb"`), "item_id"],
    ["a terminal's escape", json(String.raw`,"name":"\u001b[2J"`), "name"],
    ["a C1 control character", json(String.raw`,"user_id":"\u009b2J"`), "user_id"],
    ["DEL", json(String.raw`,"user_id":"a\u007f"`), "user_id"],
    ["an item that no path can name", json(',"item_id":"."'), "item_id"],
    ["an item that names the path above", json(',"item_id":".."'), "item_id"],
    ["a huge number", json(',"price":1e400'), "price"],
    ["a huge quantity", json(',"quantity":1e308'), "quantity"],
    ["a number of many digits", json(`,"quantity":${"9".repeat(400)}`), "quantity"],
    ["a number below nothing", json(',"price":-1e-320'), "price"],
    ["the prototype as a field", json(',"__proto__":{"user_id":"x"}'), "__proto__"],
    ["the constructor as a field", json(',"constructor":1'), "constructor"],
    ["a tower of lists", "[".repeat(30_000) + "]".repeat(30_000), ""],
    ["a tower of objects", `${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}`],
    ["bytes that are no UTF-8 in a number", Buffer.from([0x7b, 0xff, 0x7d])],
    ["NUL bytes", "\0\0\0"],
    ["a byte order mark alone", "\u{feff}"],
    ["more than 64 KiB", json(`,"name":"${"x".repeat(70_000)}"`)],
  ];
  for (const [what, body, field] of bodies) {
    it(`refuses a body with ${what}`, async () => {
      const answer = await send("POST", items, body);
      expectRefusal(answer);
      if (field !== undefined) expect(answer.text).to.contain(`"errors":[{"field":"${field}"`);
    });
  }

  it("takes text of all languages, and no bytes that are not UTF-8", async () => {
    const { status, text } = await send(
      "POST",
      "/carts/00000000-0000-4000-8000-000000000002/items",
      json(',"name":"👩‍🚀 שלום \\ud83d\\ude00"'),
    );
    expect(status, text).to.equal(200);
    const bytes = Buffer.concat([Buffer.from('{"user_id":"'), Buffer.from([0xff]), Buffer.from('","item_id":"i","price":1}')]);
    expect((await send("POST", "/carts/00000000-0000-4000-8000-000000000003/items", bytes)).status).to.equal(400);
  });

  it("refuses bodies in other encodings", async () => {
    const utf16 = Buffer.from(json(',"name":"\ud800"'), "utf16le");
    expectRefusal(await send("POST", items, utf16, "Content-Type: application/json; charset=utf-16le"));
    expectRefusal(await send("POST", items, json(""), "Content-Type: application/json; charset=utf-99"));
    // Readers that take another of the two for the charset decode these bytes to a valid command.
    const command = Buffer.from(json(""), "utf16le");
    for (const parameters of [
      "charset=utf-8; charset=utf-16le",
      "charset=utf-16le; charset=utf-8",
      'text=";charset=utf-8"; charset=utf-16le',
      String.raw`charset="utf\-16le"`,
      "charset = utf-16le",
    ]) {
      expectRefusal(await send("POST", items, command, `Content-Type: application/json; ${parameters}`));
    }
    expectRefusal(await send("POST", items, json(""), "Content-Type: application/json\r\nContent-Encoding: br"));
    expectRefusal(await send("POST", items, gzipSync(" ".repeat(10_000_000)), "Content-Type: application/json\r\nContent-Encoding: gzip"));
  });

  const paths: readonly string[] = [
    "/carts/%00/items",
    "/carts/%/items",
    "/carts/%ED%A0%80/items",
    "/carts/%C0%AE/items",
    `/carts/${"a".repeat(8_000)}/items`,
    `/carts/..%2f..%2fetc%2fpasswd/items`,
    `/additem/${cart}%00`,
    "/carts//items",
    "//",
    "/%",
    "/?%00",
    "*",
  ];
  for (const path of paths) {
    it(`refuses the path ${path.slice(0, 60)}`, async () => expectRefusal(await send("POST", path, json(""))));
  }

  for (const item of ["%00", "a%00b", "a%0Ab", "%7F", "%C2%9B", "%ED%A0%80", "%ff", "a".repeat(65)]) {
    it(`refuses the item ${item.slice(0, 20)}`, async () => {
      expectRefusal(await send("PATCH", `${items}/${item}`, '{"quantity":1}'));
      expectRefusal(await send("DELETE", `${items}/${item}`));
    });
  }

  const headers: readonly string[] = [
    'If-Match: "99999999999"',
    'If-Match: W/"1',
    `If-Match: ${"9".repeat(9_000)}`,
    "Idempotency-Key: \xff",
    `Idempotency-Key: ${"k".repeat(256)}`,
    "Idempotency-Key: a b",
    "Content-Type: text/plain",
    "Authorization: a\r\nAuthorization: a",
    "Host: localhost",
  ];
  for (const header of headers) {
    it(`refuses the header ${header.slice(0, 40)}`, async () =>
      expectRefusal(await send("POST", items, json(""), `Content-Type: application/json\r\n${header}`)));
  }

  it("stores what tells requests apart only when it can be stored", async () => {
    const odd = `X-Correlation-Id: \xff\xfe\r\ntraceparent: 00-${"0".repeat(32)}-${"g".repeat(16)}-zz`;
    const { status, text } = await send(
      "POST",
      "/carts/00000000-0000-4000-8000-000000000004/items",
      json(""),
      `Content-Type: application/json\r\n${odd}`,
    );
    expect(status, text).to.equal(200);
  });

  it("refuses what is no HTTP, with no word of its insides", async () => {
    const many = Array.from({ length: 3_000 }, (_, n) => `x-${n}: ${n}`).join("\r\n");
    const requests = [
      "\0\0\0\r\n\r\n",
      "GET\r\n\r\n",
      `POST ${items} HTTP/9.9\r\n\r\n`,
      `POST ${items} HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n`,
      `POST ${items} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
      `POST ${items} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      `POST /${"a".repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${many}\r\n\r\n`,
      `POST http://[/carts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      `POST /carts/\u{660}/items HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      `BREW ${items} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    ];
    for (const request of requests) {
      const { status, text } = await sendRaw(server.port, request);
      expect(status, `${request.slice(0, 60)}: ${text}`).to.be.within(400, 499);
      expect(text).not.to.match(/ at .*\.[jt]s/);
    }
  });

  it("stores nothing of what it refuses, and goes on", async () => {
    const before = await storedEvents();
    for (const [, body] of bodies) await send("POST", items, body);
    expect(await storedEvents()).to.equal(before);
    expect((await send("GET", "/healthz")).status).to.equal(200);
  });

  it("sends the headers by which a browser guards itself, and none that names the software", async () => {
    const { headers: answered } = await api.send("GET", "/nothing");
    expect(answered.get("X-Content-Type-Options")).to.equal("nosniff");
    expect(answered.get("Content-Security-Policy")).to.contain("default-src");
    expect(answered.has("X-Powered-By")).to.equal(false);
  });
});
