import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { sendStatic, type StaticContent, staticContent } from "@cart/http-kit";
import { type RequestHandler, Router } from "express";
import type { SignIn } from "../session/signIn.ts";

/** The addresses of the page. They are one document: the page itself shows what belongs to each. */
const views = ["/", "/carts", "/carts/:id", "/repair", "/repair/:tab", "/repair/:tab/:id", "/tenants", "/tenants/:tenant_id", "/signed-in"];

/** The page runs its own scripts and styles, and talks to its own host and to the issuer at which people sign in, and to nothing else. */
const contentSecurityPolicy = (connectTo: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    ["connect-src 'self'", ...connectTo].join(" "),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

const year = 31_536_000;

/** Serves the built page. The names of its assets contain the hash of their content, so a browser may keep them. */
export const pageRoutes = (folder: string, signIn: SignIn | undefined): RequestHandler => {
  const router = Router();
  const policy = contentSecurityPolicy(signIn?.origins ?? []);
  const { origins: _origins, ...shown } = signIn ?? { origins: [] };
  const howToSignIn = staticContent("json", 0, () => JSON.stringify(signIn === undefined ? null : shown));
  router.get("/sign-in.json", (req, res) => sendStatic(req, res, howToSignIn));
  const document = staticContent("html", 0, () => readFileSync(join(folder, "index.html")));
  const assets = new Map(
    readdirSync(join(folder, "assets")).map((file): [string, StaticContent] => [
      file,
      staticContent(extname(file), year, () => readFileSync(join(folder, "assets", file))),
    ]),
  );
  for (const view of views)
    router.get(view, (req, res) => {
      res.set("Content-Security-Policy", policy);
      return sendStatic(req, res, document);
    });
  router.get("/assets/:file", (req, res, next) => {
    const asset = assets.get(req.params["file"]);
    return asset === undefined ? next() : sendStatic(req, res, asset);
  });
  return router;
};
