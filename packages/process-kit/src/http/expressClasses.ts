import { IncomingMessage, ServerResponse } from "node:http";
import type { Express } from "express";
import type { HttpApp } from "./unroutedRequests.ts";

/** The classes of which a server makes its requests and its responses. */
export type ServerClasses = { readonly IncomingMessage: typeof IncomingMessage; readonly ServerResponse: typeof ServerResponse };

/** By app, which may be served on several ports. */
const known = new WeakMap<HttpApp, ServerClasses>();

/**
 * Returns the classes with which a server serves an Express app; `undefined` for any other app.
 *
 * Express gives every request and every response another prototype, the app's. For V8 such an object is a rare case, so that each
 * later access to it is slow, in Node.js's HTTP server too: together more than everything else that Express does. Objects of
 * these classes have the app's prototypes from the start, and Express changes nothing. A version of Express that chose the prototypes
 * in another way would still work, at the old cost; the specification of `listen` would fail.
 */
export const expressClasses = (app: HttpApp): ServerClasses | undefined => {
  const found = known.get(app);
  if (found !== undefined || !isExpress(app)) return found;
  class AppRequest extends IncomingMessage {}
  class AppResponse<Request extends IncomingMessage> extends ServerResponse<Request> {}
  Object.setPrototypeOf(AppRequest.prototype, app.request);
  Object.setPrototypeOf(AppResponse.prototype, app.response);
  Object.assign(app, { request: AppRequest.prototype, response: AppResponse.prototype });
  const classes = { IncomingMessage: AppRequest, ServerResponse: AppResponse };
  known.set(app, classes);
  return classes;
};

const isExpress = (app: HttpApp): app is HttpApp & Pick<Express, "request" | "response"> => "request" in app && "response" in app;
