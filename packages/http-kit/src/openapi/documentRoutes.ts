import { HttpProblem, exactRouter, methodNotAllowed, commonProblems } from "@cart/process-kit";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { RequestHandler, Router } from "express";
import { sendStatic, type StaticContent, staticContent } from "../http/sendStatic.ts";
import type { OpenApiDocument } from "./openApiDocument.ts";

/**
 * - GET /: leads to the page, because it is the address that people open first.
 * - GET /openapi.json: the document.
 * - GET /docs: a page to read and try it, with the assets below it: nothing comes from another host.
 *
 * `limit` is mounted before each route on a port that strangers reach.
 */
export const documentRoutes = (document: OpenApiDocument, ...limit: readonly RequestHandler[]): Router => {
  const json = staticContent("json", 0, () => JSON.stringify(document));
  const html = staticContent("html", 0, () => page(document.info.title));
  const router = exactRouter();
  const get = (path: string, handle: RequestHandler) =>
    router
      .route(path)
      .get(...limit, handle)
      .all(methodNotAllowed("GET", "HEAD"));

  // Relative, so that it also works behind a gateway that adds a prefix.
  // With parameters it is no address of a page, but a request that nothing here answers.
  get("/", (req, res) => {
    if (req.url !== "/") throw new HttpProblem(commonProblems.notFound);
    res.redirect("docs");
  });

  get("/openapi.json", (req, res) => sendStatic(req, res, json));

  get("/docs", (req, res) => {
    res.set("Content-Security-Policy", contentSecurityPolicy);
    return sendStatic(req, res, html);
  });

  get("/docs/:file", (req, res) => {
    const asset = assets.get(String(req.params["file"]));
    if (asset === undefined) throw new HttpProblem(commonProblems.notFound);
    return sendStatic(req, res, asset);
  });

  return router;
};

/** Swagger UI sets styles by script and has its icons in the style sheet. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const { resolve } = createRequire(import.meta.url);
/** A service whose documents nobody reads keeps none of them in memory. */
const ofSwaggerUi = (type: string, file: string): [string, StaticContent] => [
  file,
  staticContent(type, 3600, () => readFileSync(resolve(`swagger-ui-dist/${file}`))),
];

/** It shows no validator's badge, which would send the document to another host. */
const start = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", validatorUrl: null, deepLinking: true });\n`;

export const assets: ReadonlyMap<string, StaticContent> = new Map([
  ofSwaggerUi("css", "swagger-ui.css"),
  ofSwaggerUi("js", "swagger-ui-bundle.js"),
  ["start.js", staticContent("js", 3600, () => start)],
]);

const page = (title: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="api"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;
