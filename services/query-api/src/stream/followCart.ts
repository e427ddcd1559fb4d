import { once } from "node:events";
import type { Writable } from "node:stream";
import type { CartEvent, RecordedEvent } from "@cart/domain";
import { abortableDelay } from "@cart/process-kit";
import type { VersionWatcher } from "../versions/versionWatcher.ts";
import { DatabaseUnavailableError } from "../database/readOnlyDatabase.ts";
import { cartEventView } from "../history/cartEventView.ts";
import type { EventFeed } from "./eventFeed.ts";

export type FollowOptions = {
  readonly cartId: string;
  readonly currency: string;
  /** The last version that the client has. */
  readonly after: number;
  readonly watcher: VersionWatcher;
  readonly feed: EventFeed;
  /** Aborted to end the stream. */
  readonly end: AbortController;
  /** Milliseconds. */
  readonly heartbeat: number;
  /** Milliseconds. */
  readonly writeTimeout: number;
};

/** Most events that a stream holds at once: it reads on when its client has taken them. */
const pageSize = 20;

/** Of this stream while a database is away, and of clients that lost it. Milliseconds. */
const retryDelay = 1_000;

const comment = ":\n\n";

/**
 * Writes the cart's events after a version, for as long as it takes. Resolves when
 * the stream is ended. While a database is away the client gets heartbeats only:
 * an `EventSource` that were sent off would meet a 503 and never try again.
 */
export const followCart = async (to: Writable, options: FollowOptions): Promise<void> => {
  const { cartId, currency, watcher, feed, end, heartbeat } = options;
  const { signal } = end;
  let { after } = options;
  // The id without data sets where an `EventSource` resumes that loses the connection before the first event.
  await write(to, `retry: ${retryDelay}\nid: ${after}\n\n`, options);
  while (!signal.aborted) {
    try {
      const version = await watcher.reached({ id: cartId, version: after + 1, timeout: heartbeat, signal });
      const events = version === undefined ? [] : await feed.read({ cartId, after, upTo: Math.min(version, after + pageSize) });
      after = events.at(-1)?.version ?? after;
      await write(to, events.length === 0 ? comment : events.map((event) => message(event, currency)).join(""), options);
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError)) throw error;
      await abortableDelay(retryDelay, signal);
      await write(to, comment, options);
    }
  }
};

const message = (event: RecordedEvent<CartEvent>, currency: string): string =>
  `id: ${event.version}\nevent: cart\ndata: ${JSON.stringify(cartEventView(event, currency))}\n\n`;

/** Resolves when the client can take more: nothing is kept for one that is slow, and one that stands still is cut off. */
const write = async (to: Writable, text: string, { end, writeTimeout }: FollowOptions): Promise<void> => {
  if (end.signal.aborted || to.write(text)) return;
  const timer = setTimeout(() => {
    end.abort();
    to.destroy();
  }, writeTimeout);
  try {
    await once(to, "drain", { signal: end.signal });
  } catch (error) {
    if (!end.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
};
