import type { OpenApiDocument } from "@cart/service-kit";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect } from "chai";
import type { Express } from "express";
import { operationsOf } from "./operationsOf.ts";
import { routesOf } from "./routesOf.ts";

/** Call it in a `describe`: holds an app's routes and its document to each other, and the document to the standard. */
export const openApiSpec = (document: OpenApiDocument, app: () => Express): void => {
  const described = operationsOf(document).map(({ name }) => name);

  it("describes every route", () => {
    const missing = routesOf(app()).filter((route) => !described.includes(route));
    expect(missing, "routes without an operation in the service's openapi folder").to.deep.equal([]);
  });

  it("describes nothing that is no route", () => {
    const routes = routesOf(app());
    expect(
      described.filter((name) => !routes.includes(name)),
      "operations that the app has no route for",
    ).to.deep.equal([]);
  });

  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    expect(errors ?? [], JSON.stringify(errors)).to.deep.equal([]);
    expect([valid, validator.version]).to.deep.equal([true, "3.1"]);
  });

  it("names each operation once, and each tag that it uses", () => {
    const operations = operationsOf(document).map(({ operation }) => operation);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).to.equal(operations.length);
    expect([...new Set(operations.flatMap(({ tags }) => tags))]).to.have.members(document.tags.map(({ name }) => name));
  });
};
