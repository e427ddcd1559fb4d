import { HttpProblem, type HttpServer, listen } from "@cart/process-kit";
import { expect } from "chai";
import { errors, exportJWK, generateKeyPair } from "jose";
import express from "express";
import { createIssuerKeys, type IssuerKeys } from "./issuerKeys.ts";

const minute = 60_000;

describe("the issuer's keys", () => {
  let server: HttpServer;
  let requests = 0;
  let isAway = false;
  let published: object[] = [];
  let time = 0;
  let keys: IssuerKeys;

  before(async () => {
    const app = express();
    app.get("/keys", (_req, res) => {
      requests += 1;
      if (isAway) res.sendStatus(500);
      else res.json({ keys: published });
    });
    server = await listen(app, { port: 0, host: "127.0.0.1" });
  });
  after(() => server.close());
  beforeEach(async () => {
    const { publicKey } = await generateKeyPair("ES256", { extractable: true });
    published = [{ ...(await exportJWK(publicKey)), kid: "first", alg: "ES256" }];
    [requests, isAway, time] = [0, false, 1_000_000];
    keys = createIssuerKeys({ url: new URL(`http://127.0.0.1:${server.port}/keys`), graceMs: 60 * minute, now: () => time });
  });

  /** What the service answers for a token with the key. */
  const find = async (kid: string): Promise<string> => {
    try {
      await keys.find({ alg: "ES256", kid }, { payload: "", signature: "" });
      return "found";
    } catch (error) {
      if (error instanceof HttpProblem) return String(error.status);
      return error instanceof errors.JWKSNoMatchingKey ? "no such key" : String(error);
    }
  };

  it("make the service ready when they were read once, and keep it ready", async () => {
    isAway = true;
    expect(await keys.assertRead().catch(String)).to.contain("Expected 200 OK");
    isAway = false;
    await keys.assertRead();
    isAway = true;
    time += 24 * 60 * minute;
    await keys.assertRead();
  });

  it("are read when the first token needs them, and again after ten minutes", async () => {
    expect([await find("first"), await find("first"), requests]).to.deep.equal(["found", "found", 1]);
    time += 10 * minute;
    published = [];
    expect([await find("first"), requests]).to.deep.equal(["no such key", 2]);
  });

  it("go on for the configured time if they cannot be renewed, and one request in 30 s waits for the issuer", async () => {
    await find("first");
    isAway = true;
    time += 11 * minute;
    expect([await find("first"), await find("first"), requests]).to.deep.equal(["found", "found", 2]);
    time += 31_000;
    expect([await find("first"), requests]).to.deep.equal(["found", 3]);
    time += 59 * minute;
    expect(await find("first")).to.equal("503");
    isAway = false;
    expect(await find("first")).to.equal("found");
  });

  it("are read again for a key that is not known, once in 30 s", async () => {
    await find("first");
    time += 31_000;
    for (let n = 0; n < 5; n++) expect(await find("unknown")).to.equal("no such key");
    expect(requests).to.equal(2);
  });

  it("find a key that the issuer began to use after they were read", async () => {
    await find("first");
    published = published.map((key) => ({ ...key, kid: "second" }));
    time += 31_000;
    expect(await find("second")).to.equal("found");
  });
});
