import { type HttpServer, listen } from "@cart/process-kit";
import { type RawAnswer, sendRaw } from "@cart/testkit";
import { expect } from "chai";
import { useQueryApi } from "./testing/useQueryApi.ts";

const cart = "/carts/00000000-0000-4000-8000-000000000001";

describe("the query API, whatever is sent to it,", () => {
  const api = useQueryApi();
  let server: HttpServer;
  before(async () => {
    server = await listen(api.app(), { port: 0, host: "127.0.0.1" });
  });
  after(() => server.close());

  const get = (path: string, header = "X-Nothing: 1"): Promise<RawAnswer> =>
    sendRaw(server.port, Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${header}\r\n\r\n`, "latin1"));
  const expectRefusal = ({ status, text }: RawAnswer): void => {
    expect(status, text).to.be.within(400, 499);
    expect(text).to.contain("Content-Type: application/problem+json");
    expect(text).not.to.match(/ at .*\.[jt]s|SELECT|node_modules/);
  };

  const addresses: readonly string[] = [
    "/carts/%00",
    "/carts/%",
    "/carts/%ED%A0%80/history",
    `/carts/${"a".repeat(8_000)}`,
    "/users/%00/carts",
    "/users/a%00b/carts",
    "/users/a%0Ab/carts",
    "/users/a%C2%9Bb/carts",
    "/tenants/%7F/carts",
    "/users/%ED%A0%80/carts",
    "/users/%/carts",
    `/users/${"a".repeat(256)}/carts`,
    "/tenants/%00/carts",
    "/tenants/%ff/carts",
    "/users/ann/carts?limit=1e400",
    "/users/ann/carts?limit=1&limit=2",
    "/users/ann/carts?limit[]=1",
    `/users/ann/carts?limit=${"9".repeat(400)}`,
    "/users/ann/carts?cursor=%00",
    `/users/ann/carts?cursor=${"A".repeat(34)}`,
    `/users/ann/carts?cursor=Af${"_".repeat(32)}`,
    "/users/ann/carts?status=%00",
    "/users/ann/carts?__proto__=1",
    "/users/ann/carts?constructor=1",
    `${cart}?min_version=1e400`,
    `${cart}?min_version=99999999999999999999`,
    `${cart}?min_version=NaN`,
    `${cart}?min_version=`,
    `${cart}?at_version=-1`,
    `${cart}?at_version=2147483647`,
    `${cart}?at_version=1.5`,
    `${cart}/history?after_version=4294967296`,
    `${cart}/history?limit=-0.1`,
    `${cart}/stream?after_version=1e400`,
    "//",
    "*",
    "/%",
  ];
  for (const address of addresses) {
    it(`refuses ${address.slice(0, 60)}`, async () => expectRefusal(await get(address)));
  }

  for (const header of ["Last-Event-ID: \xff", "Last-Event-ID: 1e400", `Last-Event-ID: ${"9".repeat(400)}`, "Last-Event-ID: -1"]) {
    it(`refuses ${header.slice(0, 40)}`, async () => expectRefusal(await get(`${cart}/stream`, header)));
  }

  it("takes odd conditions for none", async () => {
    for (const tag of ["\xff", '"', `"${"9".repeat(8_000)}`, "W/", '*"']) expectRefusal(await get(cart, `If-None-Match: ${tag}`));
  });

  it("refuses what is no HTTP", async () => {
    for (const request of ["\0\r\n\r\n", "GET\r\n\r\n", `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`]) {
      expect((await sendRaw(server.port, request)).status).to.be.within(400, 499);
    }
    expect((await get("/healthz")).status).to.equal(200);
  });
});
