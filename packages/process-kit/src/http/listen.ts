import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Connections, createConnections } from "./connections.ts";
import { expressClasses } from "./expressClasses.ts";
import { defaultHttpLimits, type HttpLimits } from "./httpLimits.ts";
import { answerRefusedRequests, type HttpApp, withLastAnswer } from "./unroutedRequests.ts";

export type HttpServer = {
  /** The port in use, even if 0 was requested. */
  readonly port: number;
  /**
   * Takes no more connections, closes idle ones and resolves when the running requests are answered. It cuts off a
   * client that has not sent the rest of its request or taken its answer after 2 s.
   */
  readonly close: () => Promise<void>;
};

const timeouts = {
  /** To receive a whole request: bounds what a slow client can hold. */
  requestTimeout: 30_000,
  headersTimeout: 10_000,
  /** How often Node.js checks these two. */
  connectionsCheckingInterval: 2_000,
  // Load balancers keep idle connections for 60 s. They must be the ones to close: they would send a request into a
  // connection that the server closes at the same moment.
  keepAliveTimeout: 65_000,
};

export type ListenOptions = {
  readonly port: number;
  readonly host: string;
  readonly limits?: HttpLimits;
};

/**
 * Serves the app within the limits, and answers with a problem what it leaves
 * unanswered. Rejects when the address cannot be listened on, with the system's error
 * as the cause.
 */
export const listen = async (app: HttpApp, { port, host, limits = defaultHttpLimits }: ListenOptions): Promise<HttpServer> => {
  const connections = createConnections(withLastAnswer(app), limits);
  const server = createServer({ ...timeouts, ...expressClasses(app) }, connections.onRequest);
  answerRefusedRequests(server);
  server.maxConnections = limits.maxConnections;
  server.on("connection", connections.onConnection);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new Error(listenFailure(error, port, host), { cause: error })));
    server.listen(port, host, resolve);
  });
  return { port: addressOf(server).port, close: () => close(server, connections) };
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
 * `server.close` drops only connections that are idle when it is called. One that is answered later would stay for the
 * keep-alive timeout, and one that has not brought a request until the timeout for its headers.
 */
const close = (server: Server, connections: Connections): Promise<void> =>
  new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    connections.close();
  });
