import type { OpenApiDocument } from "@cart/http-kit";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { expect } from "chai";
import { closedSchema } from "./closedSchema.ts";
import { operationsOf } from "./operationsOf.ts";

/** The schemas of all texts in a schema without references. */
const textsIn = (schema: unknown): object[] => {
  if (typeof schema !== "object" || schema === null) return [];
  return "type" in schema && schema.type === "string" ? [schema] : Object.values(schema).flatMap(textsIn);
};

/**
 * Call it in a `describe`: holds an API's document to the standard and to itself, and the routes that every API has to
 * what they are for.
 */
export const openApiSpec = (document: OpenApiDocument, url: (path: string) => string): void => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    expect(errors ?? [], JSON.stringify(errors)).to.deep.equal([]);
    expect([valid, validator.version]).to.deep.equal([true, "3.1"]);
  });

  it("has an example of each body, which fits its schema", () => {
    const ajv = new Ajv2020({ strict: true, strictRequired: false, discriminator: true, allErrors: true });
    formats.default(ajv);
    for (const { name, operation } of operationsOf(document)) {
      const contents = [operation.requestBody?.content ?? {}, ...Object.values(operation.responses).map(({ content = {} }) => content)];
      for (const [type, { schema, example, examples = {} }] of contents.flatMap((content) => Object.entries(content))) {
        if (!type.endsWith("json")) continue;
        const values = [...(example === undefined ? [] : [example]), ...Object.values(examples).map(({ value }) => value)];
        expect(values, `${name}: examples`).not.to.have.length(0);
        const validate = ajv.compile(closedSchema(document, { ...schema }));
        for (const value of values)
          expect(validate(value), `${name}: ${JSON.stringify(value)} ${ajv.errorsText(validate.errors)}`).to.equal(true);
      }
    }
  });

  it("takes no text with a control character", () => {
    const ajv = new Ajv2020({ strict: true, strictRequired: false, discriminator: true });
    formats.default(ajv);
    ajv.addFormat("uuid", /^[0-9a-f-]{36}$/i);
    for (const { name, operation } of operationsOf(document).filter(({ operation: { security } }) => security.length > 0)) {
      // HTTP itself refuses control characters in headers.
      const parameters = operation.parameters.filter((parameter) => parameter.in !== "header").map(({ schema }) => schema);
      const bodies = Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => schema);
      for (const schema of [...parameters, ...bodies].flatMap((taken) => textsIn(closedSchema(document, { ...taken })))) {
        const validate = ajv.compile(schema);
        for (const character of ["\0", "\n", "\u001f", "\u007f", "\u009f"]) {
          expect(validate(`a${character}b`), `${name}: ${JSON.stringify(schema)}`).to.equal(false);
        }
      }
    }
  });

  it("is served, with a page that takes nothing from another host", async () => {
    const served = await fetch(url("/openapi.json"));
    expect(await served.json()).to.deep.equal(document);
    const page = await fetch(url("/docs"));
    const html = await page.text();
    const assets = [...html.matchAll(/(?:src|href)="([^"]*)"/g)]
      .map(([, address = ""]) => address)
      .filter((address) => address !== "data:,");
    expect(assets).to.have.length(3);
    for (const address of assets) {
      expect(address).to.match(/^\/docs\//);
      expect((await fetch(url(address))).status, address).to.equal(200);
    }
    expect(page.headers.get("content-security-policy")).to.contain("default-src 'none'").and.not.to.contain("http");
    for (const address of ["/openapi.json", "/docs", ...assets]) {
      const { headers } = await fetch(url(address));
      const again = await fetch(url(address), { headers: { "If-None-Match": headers.get("etag") ?? "" } });
      expect([again.status, await again.text()], address).to.deep.equal([304, ""]);
    }
    expect((await fetch(url("/docs/index.html"))).status).to.equal(404);
    expect((await fetch(url("/docs/%ff"))).status).to.equal(400);
  });

  it("is beside what whoever runs the service asks for", async () => {
    for (const path of ["/healthz", "/readyz", "/metrics"]) {
      expect((await fetch(url(path))).status, path).to.equal(200);
      expect((await fetch(url(path), { method: "POST" })).status, path).to.equal(405);
    }
  });

  it("uses each tag that it describes, and no other", () => {
    const used = operationsOf(document).flatMap(({ operation: { tags } }) => tags);
    expect([...new Set(used)]).to.have.members(document.tags.map(({ name }) => name));
  });
};
