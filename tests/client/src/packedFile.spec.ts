import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "@cart/tools/own-servers";
import { expect } from "chai";
import { execa } from "execa";

const client = join(repositoryRoot, "packages/client");
/** Milliseconds that a program may take. They take a few seconds. */
const timeout = 50_000;

describe("the packed client", function () {
  this.timeout(120_000);
  let folder = "";
  const installed = (): string => join(folder, "node_modules/@cart/client");

  before("install the file that npm would publish into an empty folder", async () => {
    folder = await mkdtemp(join(tmpdir(), "cart-packed-"));
    await execa("pnpm", ["pack", "--out", join(folder, "client.tgz")], {
      cwd: client,
      preferLocal: true,
      localDir: repositoryRoot,
      timeout,
    });
    await mkdir(installed(), { recursive: true });
    await execa("tar", ["-xzf", join(folder, "client.tgz"), "-C", installed(), "--strip-components=1"], { timeout });
    for (const library of ["openapi-fetch", "eventsource-parser"]) {
      await symlink(join(client, "node_modules", library), join(folder, "node_modules", library));
    }
    await symlink(join(repositoryRoot, "node_modules/@types"), join(folder, "node_modules/@types"));
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("has versions instead of names of the catalog, and no path to its source", async () => {
    const manifest = await readFile(join(installed(), "package.json"), "utf8");
    expect(manifest)
      .to.match(/"openapi-fetch": "\^\d/)
      .and.not.match(/catalog:|workspace:|src\/index/);
  });

  /** Compiles the files with the repository's TypeScript, and resolves to what it says. */
  const compile = async (compilerOptions: object, files: Readonly<Record<string, string>>): Promise<string> => {
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
    const options = { noEmit: true, strict: true, target: "es2023", ...compilerOptions };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: Object.keys(files) }));
    const tsc = join(repositoryRoot, "node_modules/.bin/tsc");
    const { all, exitCode, shortMessage } = await execa(tsc, [], { cwd: folder, reject: false, all: true, timeout });
    if (exitCode === undefined) throw new Error(shortMessage);
    return all;
  };

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
      const [, example = ""] = /```ts\n(.*?)```/s.exec(await readFile(join(installed(), "README.md"), "utf8")) ?? [];
      const declared = `declare const myToken: () => string;\n${example}`;
      expect(await compile(options, { "example.ts": declared })).to.equal("");
      const wrong = mistakes.map(([right, mistake], index) => [`wrong${index}.ts`, declared.replaceAll(right, mistake)] as const);
      const said = await compile(options, Object.fromEntries(wrong));
      for (const [file] of wrong) expect(said).to.contain(`${file}(`);
    });
  }

  it("runs in Node.js", async () => {
    const program = 'import * as client from "@cart/client"; console.log(Object.keys(client).sort().join());';
    const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", program], { cwd: folder, timeout });
    expect(stdout).to.equal("CartProblem,CartUnreachable,createCartClient,ifVersion,result");
  });
});
