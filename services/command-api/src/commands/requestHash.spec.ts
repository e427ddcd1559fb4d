import { expect } from "chai";
import { type HashedRequest, requestHash } from "./requestHash.ts";

const request: HashedRequest = { method: "POST", path: "/carts/1/items", body: { a: 1, b: [{ c: "x", d: null }] } };
const hash = (changes: Partial<HashedRequest> = {}): string => requestHash({ ...request, ...changes }).toString("hex");

describe("request hash", () => {
  it("is the same for the same body in another spelling", () => {
    expect(hash({ body: JSON.parse('{ "b": [{ "d": null, "c": "\\u0078" }], "a": 1.0 }') })).to.equal(hash());
  });

  it("is another for another method, path or body", () => {
    const others: Partial<HashedRequest>[] = [
      { method: "PATCH" },
      { path: "/carts/2/items" },
      { body: { a: 2, b: [{ c: "x", d: null }] } },
      { body: { a: 1, b: [{ c: "x" }] } },
      { body: { a: 1, b: { 0: { c: "x", d: null } } } },
      { body: undefined },
      { body: {} },
    ];
    expect(new Set([hash(), ...others.map(hash)]).size).to.equal(others.length + 1);
  });
});
