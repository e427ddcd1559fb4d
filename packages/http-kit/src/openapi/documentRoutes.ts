import { HttpProblem, methodNotAllowed, commonProblems } from "@cart/process-kit";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type RequestHandler, Router } from "express";
import type { OpenApiDocument } from "./openApiDocument.ts";

/**
 * - GET /openapi.json: the document.
 * - GET /docs: a page to read and try it, with the assets below it: nothing comes from another host.
 */
export const documentRoutes = (document: OpenApiDocument): Router => {
  const json = JSON.stringify(document);
  const html = page(document.info.title);
  const router = Router();
  const get = (path: string, handle: RequestHandler) => router.route(path).get(handle).all(methodNotAllowed("GET", "HEAD"));

  get("/openapi.json", (_req, res) => {
    res.set("Cache-Control", "no-cache").type("json").send(json);
  });

  get("/docs", (_req, res) => {
    res.set({ "Cache-Control": "no-cache", "Content-Security-Policy": contentSecurityPolicy }).type("html").send(html);
  });

  get("/docs/:file", (req, res) => {
    const asset = assets.get(String(req.params["file"]));
    if (asset === undefined) throw new HttpProblem(commonProblems.notFound);
    res.set("Cache-Control", "public, max-age=3600").type(asset.type).send(asset.read());
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

type Asset = { readonly type: string; readonly read: () => Buffer | string };

const { resolve } = createRequire(import.meta.url);
/** Read when it is asked for: a service that nobody reads the documents of keeps none of it in memory. */
const ofSwaggerUi = (file: string) => (): Buffer => readFileSync(resolve(`swagger-ui-dist/${file}`));

export const assets: ReadonlyMap<string, Asset> = new Map<string, Asset>([
  ["swagger-ui.css", { type: "css", read: ofSwaggerUi("swagger-ui.css") }],
  ["swagger-ui-bundle.js", { type: "js", read: ofSwaggerUi("swagger-ui-bundle.js") }],
  [
    "start.js",
    {
      type: "js",
      // No validator's badge, which would send the document to another host.
      read: () => `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", validatorUrl: null, deepLinking: true });\n`,
    },
  ],
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
