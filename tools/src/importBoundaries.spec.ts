import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { repositoryRoot } from "./paths.ts";

type Manifest = { readonly name: string; readonly dependencies?: Record<string, string> };

const manifestsIn = (folder: string): Manifest[] =>
  readdirSync(join(repositoryRoot, folder)).map(
    (name) => JSON.parse(readFileSync(join(repositoryRoot, folder, name, "package.json"), "utf8")) as Manifest,
  );

/** Walks past installed and built files, which are a hundred times as many. */
const sourcesIn = (folder: string): { path: string; text: string }[] =>
  readdirSync(join(repositoryRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ["node_modules", "dist"].includes(entry.name) ? [] : sourcesIn(path);
    return entry.name.endsWith(".ts") ? [{ path, text: readFileSync(join(repositoryRoot, path), "utf8") }] : [];
  });

// pnpm lets a package import only what its manifest names, so the manifests are the boundaries.
describe("import boundaries", () => {
  const packages = manifestsIn("packages");
  const services = manifestsIn("services");
  const own = (manifest: Manifest): string[] => Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith("@cart/"));

  it("the domain depends on libraries without I/O alone", () => {
    const domain = packages.find(({ name }) => name === "@cart/domain");
    expect(Object.keys(domain?.dependencies ?? {})).to.deep.equal(["ajv", "typebox", "uuid"]);
  });

  for (const service of services) {
    it(`${service.name} depends on no other service`, () => {
      const names = new Set(services.map(({ name }) => name));
      expect(own(service).filter((name) => names.has(name))).to.deep.equal([]);
    });
  }

  for (const one of packages) {
    it(`${one.name} depends on packages only`, () => {
      const names = new Set(packages.map(({ name }) => name).concat(one.name === "@cart/testkit" ? "@cart/tools" : []));
      expect(own(one).filter((name) => !names.has(name))).to.deep.equal([]);
    });
  }

  it("nothing but the messaging package imports kafkajs", () => {
    const importers = ["packages", "services", "tools", "tests", "migrations"]
      .flatMap(sourcesIn)
      .filter(({ text }) => /^import .*from "kafkajs"/m.test(text))
      .map(({ path }) => path.split("/").slice(0, 2).join("/"));
    expect([...new Set(importers)]).to.deep.equal(["packages/messaging"]);
  });

  it("no source imports another package's files past its index", () => {
    const deep = ["packages", "services"].flatMap(sourcesIn).filter(({ text }) => /^import .*from "@cart\/[\w-]+\//m.test(text));
    expect(deep.map(({ path }) => path)).to.deep.equal([]);
  });
});
