import { methodNotAllowed } from "@cart/process-kit";
import { Router } from "express";
import { checkTicket, type CheckTicketOptions } from "../access/checkTicket.ts";
import type { Method } from "../openapi/operation.ts";
import type { Route } from "./route.ts";

const verbs = { GET: "get", POST: "post", PUT: "put", PATCH: "patch", DELETE: "delete" } as const satisfies Readonly<
  Record<Method, string>
>;

/** An Express router with the routes, which answers 405 with `Allow` for every other method of their paths. */
export const routerOf = <Services>(routes: readonly Route<Services>[], services: Services): Router => {
  const router = Router();
  for (const path of new Set(routes.map((route) => route.path))) {
    const ofPath = routes.filter((route) => route.path === path);
    const onPath = router.route(toExpressPath(path));
    for (const { method, handlers } of ofPath) onPath[verbs[method]](...handlers(services));
    const [first, ...others] = ofPath.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method]));
    if (first !== undefined) onPath.all(methodNotAllowed(first, ...others));
  }
  return router;
};

/** An Express router that identifies the requests with a ticket to those routes that take one. Mount it before `checkAccess`. */
export const ticketRouterOf = <Services>(routes: readonly Route<Services>[], options: Omit<CheckTicketOptions, "subjectOf">): Router => {
  const router = Router();
  for (const { method, path, ticketFor } of routes) {
    if (ticketFor !== undefined) router[verbs[method]](toExpressPath(path), checkTicket({ ...options, subjectOf: ticketFor }));
  }
  return router;
};

const toExpressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ":$1");
