import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { answerRefusedRequests, type HttpApp, withLastAnswer } from "./unroutedRequests.ts";

export type HttpServer = {
  /** The port in use, also when 0 was asked for. */
  readonly port: number;
  /** Takes no more connections, closes idle ones and resolves when the running requests are answered. */
  readonly close: () => Promise<void>;
};

const timeouts = {
  /** To receive a whole request: bounds what a slow client can hold. */
  requestTimeout: 30_000,
  headersTimeout: 10_000,
  /** How often these two are looked at. */
  connectionsCheckingInterval: 2_000,
  // Load balancers keep idle connections for 60 s. They must be the ones to close: they would send a request into a
  // connection that the server closes at the same moment.
  keepAliveTimeout: 65_000,
};

/** Serves the app; what it leaves unanswered is answered with a problem. Rejects when the address cannot be listened on, with the system's error as the cause. */
export const listen = async (app: HttpApp, { port, host }: { readonly port: number; readonly host: string }): Promise<HttpServer> => {
  const server = createServer(timeouts, withLastAnswer(app));
  answerRefusedRequests(server);
  const close = closer(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new Error(listenFailure(error, port, host), { cause: error })));
    server.listen(port, host, resolve);
  });
  return { port: addressOf(server).port, close };
};

const listenFailure = (error: Error, port: number, host: string): string => {
  const address = `${host}:${port}`;
  if (!("code" in error)) return `cannot listen on ${address}`;
  switch (error.code) {
    case "EADDRINUSE":
      return `cannot listen on ${address}: another process uses the port`;
    case "EACCES":
      return `cannot listen on ${address}: this user may not use the port`;
    default:
      return `cannot listen on ${address}: ${String(error.code)}`;
  }
};

const addressOf = (server: Server): AddressInfo => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the HTTP server has no TCP address");
  return address;
};

/**
 * `server.close` drops the connections that are idle when it is called. Those
 * that are answered later would stay for the keep-alive timeout, longer than a
 * shutdown may take: a busy client would even go on sending requests. So every
 * answer from then on ends its connection.
 */
const closer = (server: Server): HttpServer["close"] => {
  const running = new Set<ServerResponse>();
  /** Connections without a request so far, which browsers and Node's fetch open ahead: for `server.close` they are not idle. */
  const silent = new Set<Socket>();
  let closing = false;
  server.on("connection", (socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  server.prependListener("request", (req, res: ServerResponse) => {
    silent.delete(req.socket);
    if (closing) res.setHeader("Connection", "close");
    running.add(res);
    res.once("close", () => running.delete(res));
  });

  return () =>
    new Promise((resolve, reject) => {
      closing = true;
      server.close((error) => (error === undefined ? resolve() : reject(error)));
      for (const socket of silent) socket.destroy();
      for (const res of running) {
        if (res.headersSent) res.once("close", () => server.closeIdleConnections());
        else res.setHeader("Connection", "close");
      }
    });
};
