import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { HttpLimits } from "./httpLimits.ts";
import { chooseCuts } from "./unsentAnswers.ts";

export type Connections = {
  readonly onConnection: (socket: Socket) => void;
  readonly onRequest: RequestListener;
  /** From now on every answer ends its connection, and a client has only a short time left to send its request and take the answer. */
  readonly close: () => void;
};

type Exchange = { readonly req: IncomingMessage; readonly res: ServerResponse };

type Connection = {
  readonly socket: Socket;
  /** The request that the app is answering. */
  current: Exchange | undefined;
  /** Later requests, which the client sent without waiting for the answer. */
  readonly pipelined: Exchange[];
  unsentBytes: number;
  /** Milliseconds. */
  unsentSince: number;
  /** Bytes that the system has taken for the client so far. */
  takenBytes: number;
};

/** How often the server checks what its clients have not taken. */
const watchIntervalMs = 250;

/** What a server that closes still grants a client that sends its request or takes its answer. Milliseconds. */
const closingTimeoutMs = 2_000;

/**
 * Bounds what the clients of a server hold of its memory, whatever they send and whether or not they read.
 *
 * - The app answers the requests of a connection one after another: the next one starts when the system has taken the
 *   whole answer before it. Node.js by itself hands all requests of a packet to the app at once and keeps their answers.
 * - A connection that sends more requests ahead than `maxPipelinedRequests` is cut off.
 * - A connection whose client takes longer than `sendTimeoutMs` for what was written is cut off. Writes of the app to a
 *   connection and bytes that its client sends meanwhile do not count as progress.
 * - While all connections together hold more than `maxUnsentBytes`, those that have waited longest are cut off.
 */
export const createConnections = (app: RequestListener, limits: HttpLimits): Connections => {
  const connections = new Map<Socket, Connection>();
  let closingSince: number | undefined;

  const begin = (connection: Connection, { req, res }: Exchange): void => {
    connection.current = { req, res };
    if (closingSince !== undefined) res.setHeader("Connection", "close");
    res.once("close", () => goOn(connection));
    app(req, res);
  };

  const goOn = (connection: Connection): void => {
    connection.current = undefined;
    const next = connection.pipelined.shift();
    // An answer with `Connection: close` has ended the socket by now.
    const isOpen = !connection.socket.destroyed && !connection.socket.writableEnded;
    if (next !== undefined && isOpen) begin(connection, next);
    else if (closingSince !== undefined) connection.socket.destroySoon();
  };

  const watch = (): void => {
    const now = performance.now();
    for (const connection of connections.values()) observe(connection, now);
    const unsent = [...connections.values()]
      .filter(({ unsentBytes }) => unsentBytes > 0)
      .map(({ socket, unsentBytes, unsentSince }) => ({ socket, bytes: unsentBytes, since: unsentSince }));
    const sendTimeoutMs = closingSince === undefined ? limits.sendTimeoutMs : Math.min(limits.sendTimeoutMs, closingTimeoutMs);
    for (const { socket } of chooseCuts(unsent, now, { ...limits, sendTimeoutMs })) socket.destroy();
    if (closingSince !== undefined && now - closingSince >= closingTimeoutMs) {
      for (const { socket, current } of connections.values()) if (current?.req.complete !== true) socket.destroy();
    }
  };

  // An idle service has no connections, and a timer that wakes it all the same would be most of what it costs.
  let watching: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearInterval(watching);
    watching = undefined;
  };

  return {
    onConnection: (socket) => {
      connections.set(socket, { socket, current: undefined, pipelined: [], unsentBytes: 0, unsentSince: 0, takenBytes: 0 });
      watching ??= setInterval(watch, watchIntervalMs).unref();
      socket.once("close", () => {
        connections.delete(socket);
        if (connections.size === 0) stop();
      });
    },
    onRequest: (req, res) => {
      const connection = connections.get(req.socket);
      // Node.js parses a packet to its end, also after the connection was cut off for what it has found in it.
      if (connection === undefined || connection.socket.destroyed) return;
      if (connection.current === undefined) begin(connection, { req, res });
      else if (connection.pipelined.length < limits.maxPipelinedRequests) connection.pipelined.push({ req, res });
      else connection.socket.destroy();
    },
    close: () => {
      closingSince = performance.now();
      for (const { socket, current } of connections.values()) {
        if (current === undefined) socket.destroy();
        else if (!current.res.headersSent) current.res.setHeader("Connection", "close");
      }
    },
  };
};

/** Only what the client takes is progress. The system takes a write as a whole, so this sees the end of each write. */
const observe = (connection: Connection, now: number): void => {
  const { bytesWritten, writableLength } = connection.socket;
  const takenBytes = bytesWritten - writableLength;
  if (connection.unsentBytes === 0 || takenBytes > connection.takenBytes) connection.unsentSince = now;
  connection.unsentBytes = writableLength;
  connection.takenBytes = takenBytes;
};
