import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * Sets the headers by which browsers guard what an API answers. A route with a page of its own sets its own policy.
 *
 * helmet builds the same headers again for each request, which costs a command several percent of its time. They depend
 * on no request, so they are built once.
 */
export const securityHeaders = (): RequestHandler => {
  const headers = helmetHeaders();
  return (_req, res, next) => {
    for (const [name, value] of headers) res.setHeader(name, value);
    next();
  };
};

type Header = readonly [name: string, value: string];

const helmetHeaders = (): readonly Header[] => {
  const res = new HeaderRecorder(new IncomingMessage(new Socket()));
  helmet()(res.req, res, (error) => {
    if (error !== undefined) throw new Error("helmet cannot build its headers", { cause: error });
  });
  return res.recorded;
};

class HeaderRecorder extends ServerResponse {
  readonly recorded: Header[] = [];

  override setHeader(name: string, value: number | string | readonly string[]): this {
    this.recorded.push([name, String(value)]);
    return this;
  }
}
