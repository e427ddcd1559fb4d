import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { localMasterKeys, MasterKeyError } from "./masterKeys.ts";

const newKey = (): string => randomBytes(32).toString("base64");

const refusalOf = async (work: () => unknown): Promise<Error> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof MasterKeyError) return error;
    throw error;
  }
  throw new Error("expected a MasterKeyError");
};

describe("master keys", () => {
  const [first, second] = [newKey(), newKey()];

  it("unwrap what an earlier master key wrapped, and wrap by the first one", async () => {
    const key = randomBytes(32);
    const before = await localMasterKeys(`old:${first}`).wrap("a", key);
    const rotated = localMasterKeys(`new:${second}, old:${first}`);
    expect(await rotated.unwrap("a", before)).to.deep.equal(key);
    const after = await rotated.wrap("a", key);
    expect(after.masterKeyId).to.equal("new");
    expect(await localMasterKeys(`new:${second}`).unwrap("a", after)).to.deep.equal(key);
  });

  it("refuse a wrapped key whose master key is missing, is another key, or was given to another name", async () => {
    const wrapped = await localMasterKeys(`one:${first}`).wrap("a", randomBytes(32));
    const missing = await refusalOf(() => localMasterKeys(`two:${second}`).unwrap("a", wrapped));
    expect(missing.message).to.match(/^the master key one is not configured, but a is wrapped by it/);
    const another = await refusalOf(() => localMasterKeys(`one:${second}`).unwrap("a", wrapped));
    expect(another.message).to.match(/^the master key one does not unwrap a/);
    await refusalOf(() => localMasterKeys(`one:${first}`).unwrap("b", wrapped));
    const cutShort = { ...wrapped, wrapped: wrapped.wrapped.subarray(0, 20) };
    await refusalOf(() => localMasterKeys(`one:${first}`).unwrap("a", cutShort));
  });

  const invalid: Readonly<Record<string, string>> = {
    "no text": "",
    "a key without an id": first,
    "a short key": `one:${randomBytes(31).toString("base64")}`,
    "a long key": `one:${randomBytes(33).toString("base64")}`,
    "a key in hexadecimal digits": `one:${randomBytes(32).toString("hex")}`,
    "an id with a slash": `on/e:${first}`,
    "a comma too many": `one:${first},`,
    "an id twice": `one:${first},one:${second}`,
  };
  for (const [what, text] of Object.entries(invalid)) {
    it(`are refused for ${what}, and the error quotes no key`, async () => {
      const { message } = await refusalOf(() => localMasterKeys(text));
      for (const secret of text.split(/[:,]/).filter((part) => part.length > 20)) expect(message).not.to.contain(secret);
    });
  }
});
