import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { generatedTypes } from "./generatedTypes.ts";

describe("the client's types", () => {
  it("are those of the APIs' documents: if this fails, run npm run generate:client", async function () {
    this.timeout(60_000);
    for (const [file, text] of await generatedTypes()) expect(await readFile(file, "utf8"), file).to.equal(text);
  });
});
