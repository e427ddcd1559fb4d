import { type Static, Type } from "typebox";

/** What the clients of an HTTP server may hold of its process. */
export type HttpLimits = {
  /** Open connections; the server closes a further one at once. */
  readonly maxConnections: number;
  /** Requests that one connection may send ahead of the answer it waits for; the server closes it for a further one. */
  readonly maxPipelinedRequests: number;
  /** Bytes of answers that clients have not taken yet, over all connections. */
  readonly maxUnsentBytes: number;
  /** How long a client may take for an answer, or for one message of a stream. */
  readonly sendTimeoutMs: number;
};

export const defaultHttpLimits: HttpLimits = {
  maxConnections: 2_000,
  maxPipelinedRequests: 16,
  maxUnsentBytes: 64 * 1024 * 1024,
  sendTimeoutMs: 60_000,
};

/** Part of `commonConfig`. */
export const httpConfig = {
  HTTP_MAX_CONNECTIONS: Type.Integer({
    minimum: 1,
    maximum: 100_000,
    default: defaultHttpLimits.maxConnections,
    description: "upper limit of the HTTP server's open connections, including event streams",
  }),
  HTTP_MAX_PIPELINED_REQUESTS: Type.Integer({
    minimum: 0,
    maximum: 1_000,
    default: defaultHttpLimits.maxPipelinedRequests,
    description: "upper limit of the requests that a client sends on a connection before the current request is answered",
  }),
  HTTP_MAX_UNSENT_BYTES: Type.Integer({
    minimum: 1024 * 1024,
    default: defaultHttpLimits.maxUnsentBytes,
    description: "upper limit of the answers that clients have not read yet, in bytes over all connections",
  }),
  HTTP_SEND_TIMEOUT_MS: Type.Integer({
    minimum: 100,
    maximum: 3_600_000,
    default: defaultHttpLimits.sendTimeoutMs,
    description: "milliseconds that a client may take to read an answer, or one message of a stream",
  }),
};

const httpConfigSchema = Type.Object(httpConfig);

export const httpLimits = (config: Static<typeof httpConfigSchema>): HttpLimits => ({
  maxConnections: config.HTTP_MAX_CONNECTIONS,
  maxPipelinedRequests: config.HTTP_MAX_PIPELINED_REQUESTS,
  maxUnsentBytes: config.HTTP_MAX_UNSENT_BYTES,
  sendTimeoutMs: config.HTTP_SEND_TIMEOUT_MS,
});
