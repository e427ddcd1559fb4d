import { once } from "node:events";
import type { Writable } from "node:stream";
import { abortableDelay } from "@cart/process-kit";
import type { VersionWatcher } from "../versions/versionWatcher.ts";
import { DatabaseUnavailableError } from "../database/readOnlyDatabase.ts";
import type { EventFeed } from "./eventFeed.ts";
import type { StreamMessage } from "./streamMessage.ts";

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
 * the stream is ended or the cart has had its last event. While a database is away the client gets heartbeats only:
 * a disconnected `EventSource` would get a 503 and never retry.
 */
export const followCart = async (to: Writable, options: FollowOptions): Promise<void> => {
  const { cartId, currency, watcher, feed, end, heartbeatMs } = options;
  const { signal } = end;
  let { after } = options;
  let pageEvents = maxPageEvents;

  const send = (data: string | Buffer): void => {
    if (!signal.aborted) to.write(data);
  };
  /** Leaves out what the client is not ready for: it is read again, so that no stream holds a page while it waits. */
  const writePage = (page: readonly StreamMessage[]): void => {
    if (page.length === 0) send(comment);
    for (const { version, isLast, bytes } of page) {
      if (to.writableNeedDrain) break;
      send(bytes);
      after = version;
      if (isLast) end.abort();
    }
    pageEvents = eventsThatFit(page);
  };
  const readPage = async (): Promise<readonly StreamMessage[]> => {
    const version = await watcher.reached({ id: cartId, version: after + 1, timeoutMs: heartbeatMs, signal });
    return version === undefined ? [] : feed.read({ cartId, currency, after, upTo: Math.min(version, after + pageEvents) });
  };

  // The id without data sets where an `EventSource` resumes that loses the connection before the first event.
  send(`retry: ${retryDelayMs}\nid: ${after}\n\n`);
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
