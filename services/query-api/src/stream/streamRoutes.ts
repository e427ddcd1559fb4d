import { mayActOn } from "@cart/cart-access";
import type { CartEvent, RecordedEvent } from "@cart/domain";
import { readStream } from "@cart/event-store";
import { type Access, alreadyAnswered, retryLater, type Route, route, type RouteRequest, type Ticket, type Tickets } from "@cart/http-kit";
import type { Response } from "express";
import { Gauge, type Registry } from "prom-client";
import { type Static, Type } from "typebox";
import { cartIdParameter, streamHeaders, streamQuery } from "../carts/cartParameters.ts";
import { cartNotFound, cartProblems } from "../carts/cartProblems.ts";
import { readVersions } from "../versions/readVersions.ts";
import { createVersionWatcher } from "../versions/versionWatcher.ts";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { exampleTime } from "../examples.ts";
import { oneEvent } from "../history/pageLimits.ts";
import { readCreation } from "../history/readCreation.ts";
import { readCurrency } from "../history/readCurrency.ts";
import type { StoredCarts } from "../history/storedCarts.ts";
import { cartEventSchema } from "../history/cartEventView.ts";
import { queryProblems } from "../http/queryRoute.ts";
import { createEventFeed, readSlicesFrom } from "./eventFeed.ts";
import { followCart } from "./followCart.ts";
import { finishesCart } from "./streamMessage.ts";
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
  readonly eventStore: StoredCarts;
  readonly streams: StreamLimits;
  readonly guard: { readonly tickets: Tickets };
  readonly registry: Registry;
  /** Ends all streams. */
  readonly stopping: AbortSignal;
};

export type CartStreams = {
  /** Answers the request with the cart's stream. Resolves when the stream has ended. */
  readonly follow: (
    request: RouteRequest<Static<typeof cartIdParameter>, Static<typeof streamQuery>, Static<typeof streamHeaders>, unknown>,
  ) => Promise<void>;
  /** Issues a ticket for the cart's stream. Throws the 404 of a cart that the sender of the request cannot see. */
  readonly issueTicket: (id: string, access: Access) => Promise<Ticket>;
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
export const cartStreams = ({ readModel, eventStore, streams, guard, registry, stopping }: CartStreamsOptions): CartStreams => {
  const watcher = createVersionWatcher({
    readVersions: (ids) => readVersions(readModel, "carts", ids),
    pace: { shortestMs: streams.pollIntervalMs, longestMs: streams.pollIntervalMs },
  });
  const { tickets } = guard;
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
      // Read before the owner: whoever owns the cart after this version is told to the stream by an event.
      const version = (await readVersions(readModel, "carts", [id])).get(id) ?? 0;
      const creation = await readCreation(eventStore, id, access);
      if (creation === undefined) throw cartNotFound();
      const after = await findStart(eventStore, id, resumeAfter ?? "newest", version);
      const start = after === "finished" ? version : Math.min(after, version);
      const currency = await readCurrency(eventStore, creation, start);
      if (end.signal.aborted && !stopping.aborted) return;
      if (after === "finished") {
        res.status(204).end();
        return;
      }
      // `Connection: close`, since nothing follows a stream: a shutdown does not have to wait for an idle connection.
      res.writeHead(200, {
        "Content-Type": "text/event-stream",
        "Cache-Control": "private, no-cache, no-transform",
        Connection: "close",
        "X-Accel-Buffering": "no",
      });
      if (req.method !== "HEAD") {
        const { tenant_id: tenantId } = creation.event.data;
        const maySee = (userId: string): boolean => mayActOn(access, { userId, tenantId });
        await followCart(res, { cartId: id, currency, maySee, start, after, watcher, feed, end, ...streams });
      }
    } finally {
      places.free(end);
    }
    leave(res);
  };

  return {
    follow,
    issueTicket: async (id, access) => {
      if ((await readCreation(eventStore, id, access)) === undefined) throw cartNotFound();
      return tickets.issue(access, id);
    },
  };
};

/**
 * The version after which a stream starts: the one that the client names, or else the newest one in the read model. A version that the
 * cart does not have, because the client knows a cart of before a restore, counts as the newest one. `finished` if no event can follow.
 */
const findStart = async (
  eventStore: StoredCarts,
  id: string,
  resumeAfter: number | "newest",
  newest: number,
): Promise<number | "finished"> => {
  const eventAt = async (version: number): Promise<RecordedEvent<CartEvent> | undefined> => {
    if (version === 0) return undefined;
    const { events } = await readStream(
      eventStore.read,
      eventStore.carts,
      { aggregateId: id, after: version - 1, upTo: version },
      oneEvent,
    );
    return events[0];
  };
  if (resumeAfter === 0) return 0;
  const named = resumeAfter === "newest" ? undefined : await eventAt(resumeAfter);
  const last = named ?? (await eventAt(newest));
  return last !== undefined && finishesCart(last.event) ? "finished" : (named?.version ?? newest);
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

export const ticketSchema = Type.Object({
  ticket: Type.String({
    description: "for the query parameter `ticket` of the cart's stream",
    examples: ["eyJhbGciOiJIUzI1NiJ9.e30.c2ln"],
  }),
  expires_at: Type.String({ format: "date-time", description: "until then the ticket opens streams", examples: [exampleTime] }),
});

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
        description: "The stream, which ends with the last event of a cart that is purchased or merged.",
        headers: Type.Object({ "Cache-Control": Type.Literal("private, no-cache, no-transform") }),
        content: { "text/event-stream": streamMessage },
      },
      204: { description: "The client has the last event of the cart: an `EventSource` does not connect again." },
    },
    problems: queryProblems(
      cartProblems.notFound,
      { ...tooManyStreams, headers: retryLater },
      { ...tooManyStreamsOfUser, headers: retryLater },
    ),
    ticketFor: ({ id }) => String(id).toLowerCase(),
    handle: async (request, { streams }: Services) => {
      await streams.follow(request);
      return alreadyAnswered;
    },
  }),
  route({
    method: "POST",
    path: "/carts/{id}/events-ticket",
    operationId: "issueEventsTicket",
    tag: "carts",
    summary: "Get a ticket with which a browser opens the stream of a cart",
    description:
      "An `EventSource` cannot send a token. Pass the ticket as the query parameter `ticket` within a minute; it opens the stream of this cart only, for as long as the token is valid.",
    params: cartIdParameter,
    query: Type.Object({}, { additionalProperties: false }),
    answers: {
      200: {
        description: "The ticket.",
        headers: Type.Object({ "Cache-Control": Type.Literal("no-store") }),
        content: { "application/json": ticketSchema },
      },
    },
    problems: queryProblems(cartProblems.notFound),
    handle: async ({ params, access }, { streams }: Services) => {
      const { ticket, expiresAt } = await streams.issueTicket(params.id.toLowerCase(), access);
      return { status: 200, headers: { "Cache-Control": "no-store" }, body: { ticket, expires_at: expiresAt.toISOString() } } as const;
    },
  }),
];
