import { type Access, alreadyAnswered, retryLater, type Route, route, type RouteRequest } from "@cart/http-kit";
import type { Response } from "express";
import { Gauge, type Registry } from "prom-client";
import { type Static, Type } from "typebox";
import { cartIdParameter, streamHeaders, streamQuery } from "../carts/cartParameters.ts";
import { cartNotFound, cartProblems } from "../carts/cartProblems.ts";
import { readVersions } from "../versions/readVersions.ts";
import { createVersionWatcher } from "../versions/versionWatcher.ts";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { readCreation } from "../history/readCreation.ts";
import { cartEventSchema } from "../history/cartEventView.ts";
import { queryProblems } from "../http/queryRoute.ts";
import { createEventFeed, readSlicesFrom } from "./eventFeed.ts";
import { followCart } from "./followCart.ts";
import { createStreamPlaces, tooManyStreams, tooManyStreamsOfUser } from "./streamPlaces.ts";

export type StreamLimits = {
  /** Streams that are open at once; one more gets 503. */
  readonly maxStreams: number;
  /** Streams of one user that are open at once; one more gets 429. */
  readonly maxStreamsPerUser: number;
  /** Longest time from the projection of an event to its message. Milliseconds. */
  readonly pollIntervalMs: number;
  /** A stream without events gets a comment this often. Milliseconds. */
  readonly heartbeatMs: number;
  /** A client that takes nothing for this long is cut off. Milliseconds. */
  readonly writeTimeoutMs: number;
};

export type CartStreamsOptions = {
  readonly readModel: ReadOnlyDatabase;
  readonly eventStore: ReadOnlyDatabase;
  readonly streams: StreamLimits;
  readonly registry: Registry;
  /** Ends all streams. */
  readonly stopping: AbortSignal;
};

export type CartStreams = {
  /** Answers the request with the cart's stream. Resolves when the stream has ended. */
  readonly follow: (
    request: RouteRequest<Static<typeof cartIdParameter>, Static<typeof streamQuery>, Static<typeof streamHeaders>, unknown>,
  ) => Promise<void>;
};

/** What a stream that the service ends may take to leave. Milliseconds. */
const leaveTimeoutMs = 1_000;

/**
 * The events of a cart as they happen, as server-sent events: one message for each
 * version, none left out or repeated. Its `id` is the version, its `event` is `cart` whatever happened, so that one
 * listener gets all, and its `data` is the event as the history shows it (`cartEventSchema`). It comes when the read model has its
 * version: who then gets the cart sees it, or a later one.
 *
 * A stream starts after the version in `Last-Event-ID`, which an `EventSource` sends
 * by itself when it connects again; else after `after_version`; else now.
 */
export const cartStreams = ({ readModel, eventStore, streams, registry, stopping }: CartStreamsOptions): CartStreams => {
  const watcher = createVersionWatcher({
    readVersions: (ids) => readVersions(readModel, "carts", ids),
    pace: { shortestMs: streams.pollIntervalMs, longestMs: streams.pollIntervalMs },
  });
  const feed = createEventFeed(readSlicesFrom(eventStore));

  const places = createStreamPlaces(streams);
  new Gauge({
    name: "cart_open_streams",
    help: "Clients that follow a cart",
    registers: [registry],
    collect() {
      this.set(places.taken());
    },
  });
  stopping.addEventListener("abort", places.close);

  const follow: CartStreams["follow"] = async ({ params, query, headers, access, req, res }) => {
    const id = params.id.toLowerCase();
    const resumeAfter = headers["Last-Event-ID"] ?? query.after_version;
    const end = places.take(access);
    res.once("close", () => end.abort());
    endAtExpiry(access, end);
    try {
      const creation = await readCreation(eventStore, id, access);
      if (creation === undefined) throw cartNotFound();
      const after = resumeAfter ?? (await readVersions(readModel, "carts", [id])).get(id) ?? 0;
      if (end.signal.aborted && !stopping.aborted) return;
      // `Connection: close`, since nothing follows a stream: a shutdown does not have to wait for an idle connection.
      res.writeHead(200, {
        "Content-Type": "text/event-stream",
        "Cache-Control": "private, no-cache, no-transform",
        Connection: "close",
        "X-Accel-Buffering": "no",
      });
      if (req.method !== "HEAD") {
        const { currency } = creation.event.data;
        await followCart(res, { cartId: id, currency, after, watcher, feed, end, ...streams });
      }
    } finally {
      places.free(end);
    }
    leave(res);
  };

  return { follow };
};

/** A stream ends when its token expires; the client reconnects with a new token. */
const endAtExpiry = (access: Access, end: AbortController): void => {
  if (access === "unchecked") return;
  const timer = setTimeout(() => end.abort(), Math.min(access.expiresAt - Date.now(), longestTimerMs));
  end.signal.addEventListener("abort", () => clearTimeout(timer));
};

/** The most that `setTimeout` takes: 24 days. */
const longestTimerMs = 2 ** 31 - 1;

/** Ends the answer, and the connection of a client that does not take the end: a shutdown waits for both. */
const leave = (res: Response): void => {
  if (res.closed) return;
  const timer = setTimeout(() => res.destroy(), leaveTimeoutMs);
  res.once("close", () => clearTimeout(timer));
  res.end();
};

const streamMessage = Type.Object(
  {
    id: Type.String({ pattern: "^\\d+$", description: "the cart's version after the event" }),
    event: Type.Literal("cart"),
    data: Type.String({
      contentMediaType: "application/json",
      contentSchema: cartEventSchema,
      description: "the event as the history shows it",
    }),
  },
  { description: "the fields of one message" },
);

type Services = { readonly streams: CartStreams };

export const streamRoutes: readonly Route<Services>[] = [
  route({
    method: "GET",
    path: "/carts/{id}/stream",
    operationId: "followCart",
    tag: "carts",
    summary: "Follow the events of a cart as they happen",
    description:
      "Server-sent events: one message for each version, in order, none missing or repeated. A message is sent when the read model has its version. An `EventSource` that reconnects resumes where it was.",
    params: cartIdParameter,
    query: streamQuery,
    headers: streamHeaders,
    answers: {
      200: {
        description: "The stream, which has no end.",
        headers: Type.Object({ "Cache-Control": Type.Literal("private, no-cache, no-transform") }),
        content: { "text/event-stream": streamMessage },
      },
    },
    problems: queryProblems(
      cartProblems.notFound,
      { ...tooManyStreams, headers: retryLater },
      { ...tooManyStreamsOfUser, headers: retryLater },
    ),
    handle: async (request, { streams }: Services) => {
      await streams.follow(request);
      return alreadyAnswered;
    },
  }),
];
