import { once } from "node:events";
import type { Writable } from "node:stream";
import { abortableDelay } from "@cart/process-kit";
import type { VersionWatcher } from "../versions/versionWatcher.ts";
import { DatabaseUnavailableError } from "../database/readOnlyDatabase.ts";
import type { EventFeed } from "./eventFeed.ts";
import type { StreamMessage } from "./streamMessage.ts";

export type FollowOptions = {
  readonly cartId: string;
  /** The cart's currency at the version `start`. */
  readonly currency: string;
  /** Whether the client may see the cart if it is this user's. */
  readonly maySee: (userId: string) => boolean;
  /** The last version that the client has. */
  readonly after: number;
  /** The version after which events are read: `after`, or an earlier one, so that no change of the cart's owner is passed over. */
  readonly start: number;
  readonly watcher: VersionWatcher;
  readonly feed: EventFeed;
  /** Aborted to end the stream. */
  readonly end: AbortController;
  /** Milliseconds. */
  readonly heartbeatMs: number;
  /** Milliseconds. */
  readonly writeTimeoutMs: number;
};

/** Most events that a stream reads at once. */
const maxPageEvents = 20;

/** What a page should have: fewer events are read at once when they are larger. */
const pageBytes = 64 * 1024;

/** How long a stream waits while a database is away, and a client before it connects again. Milliseconds. */
const retryDelayMs = 1_000;

const comment = ":\n\n";

/**
 * Writes the cart's events after a version, for as long as it takes. Resolves when
 * the stream is ended or the cart has had its last event. The stream also ends before an event that gives the cart to
 * another user. While a database is away the client gets heartbeats only:
 * a disconnected `EventSource` would get a 503 and never retry.
 */
export const followCart = async (to: Writable, options: FollowOptions): Promise<void> => {
  const { cartId, watcher, feed, end, heartbeatMs } = options;
  const { signal } = end;
  let { start: after, currency } = options;
  let pageEvents = maxPageEvents;

  const send = (data: string | Buffer): void => {
    if (!signal.aborted) to.write(data);
  };
  /** Leaves out what the client is not ready for: it is read again, so that no stream holds a page while it waits. */
  const writePage = (page: readonly StreamMessage[]): void => {
    if (page.length === 0) send(comment);
    for (const message of page) {
      const { version, isLast, bytes, newOwner } = message;
      if (newOwner !== undefined && !options.maySee(newOwner)) end.abort();
      if (to.writableNeedDrain || signal.aborted) break;
      if (version > options.after) send(bytes);
      after = version;
      currency = message.currency;
      if (isLast) end.abort();
    }
    pageEvents = eventsThatFit(page);
  };
  const readPage = async (): Promise<readonly StreamMessage[]> => {
    const version = await watcher.reached({ id: cartId, version: after + 1, timeoutMs: heartbeatMs, signal });
    return version === undefined ? [] : feed.read({ cartId, currency, after, upTo: Math.min(version, after + pageEvents) });
  };

  // The id without data sets where an `EventSource` resumes that loses the connection before the first event.
  send(`retry: ${retryDelayMs}\nid: ${options.after}\n\n`);
  while (!signal.aborted) {
    await drained(to, options);
    try {
      await readPage().then(writePage);
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError)) throw error;
      await abortableDelay(retryDelayMs, signal);
      send(comment);
    }
  }
};

/** How many events to read next, if they are as large as these. */
const eventsThatFit = (page: readonly StreamMessage[]): number => {
  if (page.length === 0) return maxPageEvents;
  const bytes = page.reduce((sum, message) => sum + message.bytes.length, 0);
  return Math.min(maxPageEvents, Math.max(1, Math.floor((pageBytes * page.length) / bytes)));
};

/** Resolves when the client can take more. A client that does not take what was written within `writeTimeoutMs` is cut off. */
const drained = async (to: Writable, { end, writeTimeoutMs }: FollowOptions): Promise<void> => {
  if (end.signal.aborted || !to.writableNeedDrain) return;
  const timer = setTimeout(() => {
    end.abort();
    to.destroy();
  }, writeTimeoutMs);
  try {
    await once(to, "drain", { signal: end.signal });
  } catch (error) {
    if (!end.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
};
