import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { SealBrokenError } from "./cipher.ts";
import { KeyMissingError, type OpeningKeys } from "./keyRing.ts";
import { openPart, type SealedPart, sealPart } from "./sealedPart.ts";

describe("a sealed part", () => {
  const key = { keyId: "5f0c2c58-5a9d-4a54-8c6f-0b9d0f6f8a01", key: randomBytes(32) };
  const keys: OpeningKeys = new Map([[key.keyId, key.key]]);
  const fields = { user_id: "ann@example.org", note: "für Ann ❤", nested: { list: [1, "two"] } };

  it("gives its fields back, and shows none of them", () => {
    const part = sealPart(key, "Cart/1/1", fields);
    expect(openPart(keys, "Cart/1/1", part)).to.deep.equal(fields);
    expect(Buffer.from(part.text, "base64").toString("latin1")).not.to.contain("ann");
    expect(JSON.stringify(part)).not.to.contain("ann");
  });

  it("is another text each time, for as many parts as a process seals", () => {
    const texts = Array.from({ length: 2_000 }, () => sealPart(key, "Cart/1/1", fields).text);
    expect(new Set(texts.map((text) => text.slice(0, 16)))).to.have.lengthOf(2_000);
  });

  const broken: Readonly<Record<string, (part: SealedPart) => readonly [OpeningKeys, string, SealedPart]>> = {
    "at another place": (part) => [keys, "Cart/1/2", part],
    "under another key": (part) => [new Map([[key.keyId, randomBytes(32)]]), "Cart/1/1", part],
    "under the id of another key": (part) => [new Map([["other", key.key]]), "Cart/1/1", { ...part, key: "other" }],
    "with a changed bit": ({ text, ...part }) => {
      const bytes = Buffer.from(text, "base64");
      bytes[14] = (bytes[14] ?? 0) ^ 1;
      return [keys, "Cart/1/1", { ...part, text: bytes.toString("base64") }];
    },
    "cut short": ({ text, ...part }) => [keys, "Cart/1/1", { ...part, text: text.slice(0, 24) }],
    "without its text": (part) => [keys, "Cart/1/1", { ...part, text: "" }],
  };
  for (const [what, change] of Object.entries(broken)) {
    it(`is refused ${what}`, () => {
      expect(() => openPart(...change(sealPart(key, "Cart/1/1", fields)))).to.throw(SealBrokenError);
    });
  }

  it("has no fields once its key is destroyed, and is an error if its key is unknown", () => {
    const part = sealPart(key, "Cart/1/1", fields);
    expect(openPart(new Map([[key.keyId, "destroyed"]]), "Cart/1/1", part)).to.equal(undefined);
    expect(() => openPart(new Map(), "Cart/1/1", part)).to.throw(KeyMissingError);
  });
});
