import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { type HttpServer, listen } from "@cart/process-kit";
import { expect } from "chai";
import express from "express";
import { sendStatic, staticContent } from "./sendStatic.ts";

describe("static content", () => {
  const text = "an asset ".repeat(1_000);
  let reads = 0;
  let server: HttpServer;
  before(async () => {
    const asset = staticContent("js", 60, () => {
      reads += 1;
      return text;
    });
    const app = express();
    app.get("/", (req, res) => sendStatic(req, res, asset));
    server = await listen(app, { port: 0, host: "127.0.0.1" });
  });
  after(() => server.close());

  /** `fetch` would undo the compression. */
  const get = (headers: Readonly<Record<string, string>>) =>
    new Promise<{ status: number | undefined; headers: Readonly<Record<string, unknown>>; body: Buffer }>((resolve, reject) => {
      const asked = request({ port: server.port, host: "127.0.0.1", headers }, (response) => {
        buffer(response).then((body) => resolve({ status: response.statusCode, headers: response.headers, body }), reject);
      });
      asked.once("error", reject).end();
    });

  const encodings: readonly [accepted: string, encoding: string | undefined, decode: (body: Buffer) => Buffer][] = [
    ["gzip, deflate, br", "br", brotliDecompressSync],
    ["gzip", "gzip", gunzipSync],
    ["br;q=0, gzip", "gzip", gunzipSync],
    ["deflate", undefined, (body) => body],
    ["", undefined, (body) => body],
  ];
  for (const [accepted, encoding, decode] of encodings) {
    it(`is sent as ${encoding ?? "it is"} to a client that accepts "${accepted}"`, async () => {
      const { status, headers, body } = await get({ "Accept-Encoding": accepted });
      expect([status, headers["content-encoding"], headers["vary"]]).to.deep.equal([200, encoding, "Accept-Encoding"]);
      expect(headers["cache-control"]).to.equal("public, max-age=60");
      expect(decode(body).toString()).to.equal(text);
    });
  }

  it("has an ETag for each encoding, is not sent again to a client that has it, and is read once", async () => {
    const etags = new Set<string>();
    for (const accepted of ["br", "gzip", ""]) {
      const etag = String((await get({ "Accept-Encoding": accepted })).headers["etag"]);
      etags.add(etag);
      const { status, headers, body } = await get({ "Accept-Encoding": accepted, "If-None-Match": etag });
      expect([status, headers["etag"], body.length]).to.deep.equal([304, etag, 0]);
    }
    expect([etags.size, reads]).to.deep.equal([3, 1]);
  });
});
