import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect } from "chai";

const folder = fileURLToPath(new URL("../../dist/browser/", import.meta.url));

/** The page as `npm run build` makes it, which every test run does first. */
describe("the built page", () => {
  const assets = readdirSync(join(folder, "assets")).map((file) => readFileSync(join(folder, "assets", file)));
  const document = readFileSync(join(folder, "index.html"));

  it("has less than 250 KB, gzipped", () => {
    const bytes = [document, ...assets].reduce((sum, file) => sum + gzipSync(file).length, 0);
    expect(bytes).to.be.lessThan(250_000);
  });

  it("names no other host, and nothing that its content security policy forbids", () => {
    const text = document.toString("utf8");
    const addresses = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = ""]) => address);
    expect(addresses.filter((address) => !/^(\/assets\/[\w.-]+|data:image\/svg\+xml,.*)$/.test(address))).to.deep.equal([]);
    expect(text).not.to.match(/<style|style=|<script(?![^>]*\ssrc=)/);
    const loaded = assets.map((file) => file.toString("utf8")).join("\n");
    expect(loaded).not.to.match(/@import|url\((?!["']?(?:data:|#))|\beval\(|new Function\(/);
  });
});
