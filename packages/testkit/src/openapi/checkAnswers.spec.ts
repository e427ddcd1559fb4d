import { openApiDocument } from "@cart/http-kit";
import { listen } from "@cart/process-kit";
import { expect } from "chai";
import express from "express";
import { Type } from "typebox";
import { checkAnswers } from "./checkAnswers.ts";

const missing = { status: 404, type: "/problems/not-found", title: "There is no such thing" };

const thingSchema = Type.Object(
  { size: Type.Integer(), parts: Type.Array(Type.Object({ name: Type.String() })) },
  { examples: [{ size: 1, parts: [{ name: "a" }] }] },
);

const document = openApiDocument({
  title: "Things",
  version: "1.0.0",
  description: "",
  tags: { things: "" },
  operations: [
    {
      method: "GET",
      path: "/things/{id}",
      operationId: "getThing",
      tag: "things",
      summary: "",
      params: Type.Object({ id: Type.String({ examples: ["1"] }) }),
      answers: {
        200: {
          description: "",
          headers: Type.Object({ ETag: Type.String({ pattern: '^"\\d+"$' }) }),
          content: { "application/json": thingSchema },
        },
      },
      problems: [missing],
      isGuarded: true,
    },
  ],
  schemas: {},
});

/** What is wrong with one answer of an app that otherwise answers as it should. */
const mistakeOf = async (path: string, answer: (res: express.Response) => unknown): Promise<string> => {
  const app = express().disable("etag");
  app.use((_req, res) => void answer(res.set({ "X-Correlation-Id": "request-1", ETag: '"1"' })));
  const { listener, assertAllDescribed } = checkAnswers(app, document);
  const server = await listen(listener, { port: 0, host: "127.0.0.1" });
  await (await fetch(`http://127.0.0.1:${server.port}${path}`)).arrayBuffer();
  await server.close();
  try {
    assertAllDescribed();
    return "none";
  } catch (error) {
    return String(error);
  }
};

describe("checkAnswers", () => {
  const thing = { size: 1, parts: [{ name: "a" }] };

  const fitting: readonly [title: string, path: string, answer: (res: express.Response) => unknown][] = [
    ["an answer as it is described", "/things/1", (res) => res.json(thing)],
    ["a problem as it is described", "/things/1", (res) => res.status(404).type("application/problem+json").end(JSON.stringify(missing))],
    [
      "a problem at an address without an operation",
      "/other",
      (res) => res.status(404).type("application/problem+json").end(JSON.stringify(missing)),
    ],
  ];
  for (const [title, path, answer] of fitting) it(`takes ${title}`, async () => expect(await mistakeOf(path, answer)).to.equal("none"));

  const wrong: readonly [title: string, path: string, answer: (res: express.Response) => unknown, mistake: string][] = [
    ["another status", "/things/1", (res) => res.status(201).json(thing), "has a status that is not described"],
    ["another content type", "/things/1", (res) => res.type("text/plain").send("a thing"), "has the content type text/plain"],
    ["a member that is missing", "/things/1", (res) => res.json({ parts: [] }), "must have required property 'size'"],
    ["a member that is not described", "/things/1", (res) => res.json({ ...thing, colour: "red" }), "must NOT have additional properties"],
    ["one further in", "/things/1", (res) => res.json({ ...thing, parts: [{ name: "a", n: 1 }] }), "must NOT have additional properties"],
    ["a header that is missing", "/things/1", (res) => res.removeHeader("ETag") ?? res.json(thing), "lacks the header ETag"],
    ["a header that is not as described", "/things/1", (res) => res.set("ETag", "1").json(thing), "has the header ETag: 1"],
    [
      "a problem of another type",
      "/things/1",
      (res) =>
        res
          .status(404)
          .type("application/problem+json")
          .end(JSON.stringify({ ...missing, type: "/problems/gone" })),
      "body/type must be equal to one of the allowed values",
    ],
    ["success at an address without an operation", "/other", (res) => res.json(thing), "is no problem of type not-found"],
  ];
  for (const [title, path, answer, mistake] of wrong) {
    it(`finds ${title}`, async () => expect(await mistakeOf(path, answer)).to.contain(mistake));
  }
});
