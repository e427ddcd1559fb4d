import type { Request, Response } from "express";
import type { Access } from "../access/access.ts";
import { closedSignal } from "../http/closedSignal.ts";

type RouteRequestInit<Params, Query, Headers, Body> = {
  readonly params: Params;
  readonly query: Query;
  readonly headers: Headers;
  readonly body: Body;
  readonly access: Access;
  readonly req: Request;
  readonly res: Response;
};

/** A request as its route's handler gets it: validated and typed by the route's schemas. */
export class RouteRequest<Params, Query, Headers, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly headers: Headers;
  readonly body: Body;
  readonly access: Access;
  readonly req: Request;
  readonly res: Response;
  private closed: AbortSignal | undefined;

  constructor({ params, query, headers, body, access, req, res }: RouteRequestInit<Params, Query, Headers, Body>) {
    this.params = params;
    this.query = query;
    this.headers = headers;
    this.body = body;
    this.access = access;
    this.req = req;
    this.res = res;
    this.closed = undefined;
  }

  /** Aborted when the client is gone or has its answer: for a handler that waits. Made on first use, because most never wait. */
  get signal(): AbortSignal {
    this.closed ??= closedSignal(this.res);
    return this.closed;
  }

  /** Whether the handler has stopped waiting because its client is gone: then nothing went wrong and no answer is due. */
  get isAbandoned(): boolean {
    return this.closed?.aborted ?? false;
  }
}
