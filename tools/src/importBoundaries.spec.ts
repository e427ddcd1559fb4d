import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Type } from "typebox";
import { Parse } from "typebox/value";
import { parse } from "yaml";
import { repositoryRoot } from "./paths.ts";
import { sourcesIn } from "./sourcesIn.ts";

type Manifest = { readonly name: string; readonly private?: boolean; readonly dependencies?: Record<string, string> };

const manifestsIn = (folder: string): Manifest[] =>
  readdirSync(join(repositoryRoot, folder)).map(
    (name) => JSON.parse(readFileSync(join(repositoryRoot, folder, name, "package.json"), "utf8")) as Manifest,
  );

const isForSpecs = (path: string): boolean => path.endsWith(".spec.ts") || path.includes("/testing/");

// pnpm lets a package import only what its manifest names, so the manifests are the boundaries.
describe("import boundaries", () => {
  const packages = manifestsIn("packages");
  const services = manifestsIn("services");
  const own = (manifest: Manifest): string[] => Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith("@cart/"));

  it("the domain depends on libraries without I/O alone", () => {
    const domain = packages.find(({ name }) => name === "@cart/domain");
    expect(Object.keys(domain?.dependencies ?? {})).to.deep.equal(["ajv", "currency-codes", "typebox", "uuid"]);
  });

  for (const service of services) {
    it(`${service.name} depends on no other service`, () => {
      const names = new Set(services.map(({ name }) => name));
      expect(own(service).filter((name) => names.has(name))).to.deep.equal([]);
    });
  }

  const workspace: unknown = parse(readFileSync(join(repositoryRoot, "pnpm-workspace.yaml"), "utf8"));
  const { catalog } = Parse(Type.Object({ catalog: Type.Record(Type.String(), Type.String()) }), workspace);
  for (const one of packages.filter((manifest) => manifest.private !== true)) {
    it(`${one.name}, which is published, depends on libraries alone, in words that npm pack knows and by the catalog's versions`, () => {
      for (const [library, version] of Object.entries(one.dependencies ?? {})) {
        expect(version, library).to.match(/^\^\d/);
        expect(version, library).to.equal(catalog[library] ?? version);
      }
    });
  }

  for (const one of packages) {
    it(`${one.name} depends on packages only`, () => {
      const names = new Set(packages.map(({ name }) => name).concat(one.name === "@cart/testkit" ? "@cart/tools" : []));
      expect(own(one).filter((name) => !names.has(name))).to.deep.equal([]);
    });
  }

  it("nothing but the messaging package imports kafkajs: the subscribers' kit gets a client, and its spec makes one", () => {
    const importers = ["packages", "services", "tools", "tests", "migrations"]
      .flatMap(sourcesIn)
      .filter(({ text }) => /^import (?!type ).*from "kafkajs"/m.test(text))
      .map(({ path }) =>
        path
          .split("/")
          .slice(0, path.endsWith(".spec.ts") ? undefined : 2)
          .join("/"),
      );
    expect(new Set(importers.filter((path) => !path.startsWith("packages/messaging")))).to.deep.equal(
      new Set(["packages/events/src/subscribe.int.spec.ts"]),
    );
  });

  it("no source imports another package's files past its index or its list of tables, and only specs import what is for testing", () => {
    const imports = (text: string): string[] =>
      [...text.matchAll(/^(?:import|\}) .*from "@cart\/[\w-]+\/(.+)"/gm)].map(([, file = ""]) => file);
    const deep = ["packages", "services"]
      .flatMap(sourcesIn)
      .filter(({ path, text }) => imports(text).some((file) => file !== "tables" && (file !== "testing" || !isForSpecs(path))));
    expect(deep.map(({ path }) => path)).to.deep.equal([]);
  });

  /** The folders beside its own that the files of each folder import from. */
  const neighboursOf = (folder: string): Record<string, string[]> => {
    const neighbours: Record<string, Set<string>> = {};
    for (const { path, text } of sourcesIn(folder)) {
      const [stage, ...rest] = path.slice(folder.length + 1).split("/");
      if (stage === undefined || rest.length !== 1 || path.endsWith(".spec.ts")) continue;
      const imported = [...text.matchAll(/from "\.\.\/([\w-]+)\//g)].map((match) => match[1] ?? "");
      neighbours[stage] = new Set([...(neighbours[stage] ?? []), ...imported]);
    }
    return Object.fromEntries(Object.entries(neighbours).map(([stage, names]) => [stage, [...names].toSorted()]));
  };

  it("a stage of the command path imports only from the stages below it", () => {
    expect(neighboursOf("packages/event-store/src/commands")).to.deep.equal({
      lanes: [],
      keyed: ["retries", "settlement"],
      retries: [],
      attempt: ["settlement"],
      settlement: [],
    });
  });

  it("the list of projections is passed in: nothing in the read model's package imports it", () => {
    const importers = sourcesIn("packages/read-model/src").filter(
      ({ path, text }) => !path.endsWith(".spec.ts") && /from ".*\/projections\.ts"/.test(text),
    );
    expect(importers.map(({ path }) => path.split("/").at(-1))).to.deep.equal(["index.ts"]);
  });
});
