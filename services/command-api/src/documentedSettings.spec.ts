import { readFileSync } from "node:fs";
import { expect } from "chai";
import { checkConfig } from "./checks/checkConfig.ts";
import { config } from "./config.ts";
import { priceConfig } from "./prices/priceConfig.ts";

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

/** The rows of the tables of variables, with the cell of each variable's default. */
const documented = new Map(
  [...read("docs/deployment.md").matchAll(/^\| (`[^|]+`) +\| ([^|]+)\|/gm)].flatMap(([, names = "", cell = ""]) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name = ""]) => [name, cell.trim().replaceAll("`", "")] as const),
  ),
);

/** The values of the variables whose names match, in a file's lines `NAME: value`. */
const settingsIn = (path: string, names: RegExp): Record<string, string> =>
  Object.fromEntries(
    [...read(path).matchAll(/^ +([A-Z_]+): (.*)$/gm)].flatMap(([, name = "", value = ""]) =>
      names.test(name) ? [[name, value] as const] : [],
    ),
  );

describe("the settings of command-api", () => {
  it("are all in docs/deployment.md", () => {
    expect(Object.keys(config.properties).filter((name) => !documented.has(name))).to.deep.equal([]);
  });

  describe("for signed prices and the shop's check", () => {
    const properties: Readonly<Record<string, object>> = { ...priceConfig, ...checkConfig };
    const defaults = Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [name, "default" in schema ? String(schema.default) : ""]),
    );
    const ofShop = /^(?:PRICE|CART_CHECK)_/;

    it("have their defaults in docs/deployment.md", () => {
      const found = Object.fromEntries([...documented].filter(([name]) => ofShop.test(name)));
      expect(found).to.deep.equal(defaults);
    });

    it("can be set in compose, which has the same defaults", () => {
      const expected = Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, `\${${name}:-${value}}`]));
      expect(settingsIn("docker-compose.yml", ofShop)).to.deep.equal(expected);
    });

    it("can be set in the Kubernetes files, which have the same defaults", () => {
      const found = settingsIn("infra/kubernetes/1-configuration.yaml", ofShop);
      const values = Object.fromEntries(Object.entries(found).map(([name, value]) => [name, value.replaceAll('"', "")]));
      expect(values).to.deep.equal(defaults);
    });

    it("have names by which the files can be compared", () => {
      expect(Object.keys(properties).filter((name) => !ofShop.test(name))).to.deep.equal([]);
    });
  });
});
