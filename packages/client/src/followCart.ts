import { createParser } from "eventsource-parser";
import { type Backoff, wait, waitAfter } from "./backoff.ts";
import { chunksOf } from "./chunksOf.ts";
import type { components } from "./generated/queryApi.ts";
import { CartProblem, problemOf, temporaryStatuses } from "./problems.ts";

/** An event of a cart, as its history shows it. */
export type CartEvent = components["schemas"]["CartEvent"];

export type FollowOptions = {
  readonly url: string;
  /** The events after this version are followed. */
  readonly afterVersion: number;
  readonly token: (() => string | Promise<string>) | undefined;
  readonly backoff: Backoff;
  /** Milliseconds without a byte after which a connection counts as dead. The server sends a comment every 15 s. */
  readonly silenceMs: number;
  readonly signal: AbortSignal | undefined;
  readonly fetch: typeof globalThis.fetch;
};

/** Characters that may come without a complete message between them. An event has a few hundred. */
const maxMessageChars = 1_048_576;

/**
 * Yields each event of a cart once, in order and without gaps, as it happens. It connects again after every end of a connection, with
 * a new token, and resumes after the last event that it has yielded. Ends when the signal is aborted or the consumer stops. Throws a
 * `CartProblem` if the server refuses to show the cart.
 */
export async function* followCart(options: FollowOptions): AsyncGenerator<CartEvent, void, undefined> {
  const { signal, backoff } = options;
  let after = options.afterVersion;
  let attempt = 0;
  for (;;) {
    if (signal?.aborted === true) return;
    try {
      for await (const event of connection(options, after)) {
        attempt = 0;
        if (event.version <= after) continue;
        after = event.version;
        yield event;
      }
    } catch (error) {
      if (error instanceof CartProblem && !temporaryStatuses.has(error.status)) throw error;
    }
    attempt += 1;
    // The signal may be aborted during the wait, which ends the loop.
    await wait(waitAfter(attempt, backoff), signal).catch(() => undefined);
  }
}

/** The events of one connection. Throws if it breaks or falls silent. */
async function* connection(options: FollowOptions, after: number): AsyncGenerator<CartEvent, void, undefined> {
  const closing = new AbortController();
  const silence = createSilence(options.silenceMs, closing);
  try {
    const response = await open(options, after, closing.signal);
    const decoder = new TextDecoder();
    const ready: CartEvent[] = [];
    let pending = 0;
    const parser = createParser({
      onEvent: ({ data }) => {
        pending = 0;
        ready.push(JSON.parse(data) as CartEvent);
      },
      onComment: () => void (pending = 0),
    });
    for await (const chunk of chunksOf(response)) {
      silence.heard();
      const text = decoder.decode(chunk, { stream: true });
      pending += text.length;
      parser.feed(text);
      if (pending > maxMessageChars) throw new Error(`a message has more than ${maxMessageChars} characters`);
      yield* ready.splice(0);
    }
  } finally {
    silence.end();
    closing.abort();
  }
}

const open = async ({ url, token, signal, fetch }: FollowOptions, after: number, closing: AbortSignal): Promise<Response> => {
  const headers = new Headers({ Accept: "text/event-stream" });
  if (token !== undefined) headers.set("Authorization", `Bearer ${await token()}`);
  const signals = signal === undefined ? [closing] : [closing, signal];
  const response = await fetch(`${url}?after_version=${after}`, { headers, signal: AbortSignal.any(signals) });
  if (!response.ok) throw problemOf(response, await response.json().catch(() => undefined));
  return response;
};

/** Aborts the connection when nothing was heard for a while: a machine that vanishes closes no connection. */
const createSilence = (ms: number, closing: AbortController) => {
  const start = () => setTimeout(() => closing.abort(new Error(`the stream was silent for ${ms} ms`)), ms);
  let timer = start();
  return {
    heard: (): void => {
      clearTimeout(timer);
      timer = start();
    },
    end: (): void => clearTimeout(timer),
  };
};
