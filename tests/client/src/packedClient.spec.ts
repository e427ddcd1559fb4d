import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { exampleOf, installPacked, type PackedPackage, timeout } from "./packed.ts";

describe("the packed client", function () {
  this.timeout(120_000);
  let client: PackedPackage;
  before(async () => (client = await installPacked("client", ["openapi-fetch", "eventsource-parser"])));
  after(() => client.remove());

  it("has versions instead of names of the catalog", async () => {
    const manifest = await readFile(join(client.installed, "package.json"), "utf8");
    expect(manifest)
      .to.match(/"openapi-fetch": "\^\d/)
      .and.not.match(/catalog:|workspace:/);
  });

  const environments = {
    "Node.js": { module: "nodenext", types: ["node"] },
    "a bundler": { module: "esnext", moduleResolution: "bundler", lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable"], types: [] },
  };
  const mistakes: readonly (readonly [string, string])[] = [
    ["quantity: 2", 'quantity: "2"'],
    ["/carts/{id}/submit", "/carts/{id}/submitt"],
    ["/problems/version-mismatch", "/problems/version-mismatched"],
    ["cart.version", "cart.versions"],
  ];
  for (const [where, options] of Object.entries(environments)) {
    it(`has types for ${where}, with which the example of its README compiles, and with a mistake does not`, async () => {
      const example = exampleOf(await readFile(join(client.installed, "README.md"), "utf8"), "ts");
      const declared = `declare const myToken: () => string;\n${example}`;
      expect(await client.compile(options, { "example.ts": declared })).to.equal("");
      const wrong = mistakes.map(([right, mistake], index) => [`wrong${index}.ts`, declared.replaceAll(right, mistake)] as const);
      const said = await client.compile(options, Object.fromEntries(wrong));
      for (const [file] of wrong) expect(said).to.contain(`${file}(`);
    });
  }

  it("runs in Node.js", async () => {
    const program = 'import * as client from "@cart/client"; console.log(Object.keys(client).sort().join());';
    const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", program], { cwd: client.folder, timeout });
    expect(stdout).to.equal("CartProblem,CartUnreachable,createCartClient,ifVersion,result");
  });
});
