import createClient, { type Client } from "openapi-fetch";
import { type Backoff, wait } from "./backoff.ts";
import { type CartEvent, followCart } from "./followCart.ts";
import type { paths as CommandPaths } from "./generated/commandApi.ts";
import type { components, paths as QueryPaths } from "./generated/queryApi.ts";
import { CartProblem, CartUnreachable, problemOf, temporaryStatuses } from "./problems.ts";
import { createSend } from "./send.ts";

/** What the read API answers with, by the names of its OpenAPI document. */
export type QuerySchemas = components["schemas"];

export type Cart = QuerySchemas["Cart"];

export type CartClientOptions = {
  /** The address of the write API, such as "http://localhost:8080". */
  readonly commandApi: string;
  /** The address of the read API, such as "http://localhost:8081". */
  readonly queryApi: string;
  /** Returns the bearer token. It is called for each request and each connection of a stream, so it can renew the token. */
  readonly token?: () => string | Promise<string>;
  /** Attempts of one request; 5 by default. */
  readonly attempts?: number;
  /** The waits between attempts; 100 ms to 10 s by default. */
  readonly backoff?: Backoff;
  /** Milliseconds that one attempt may take; 30 s by default. */
  readonly attemptTimeoutMs?: number;
  /** Milliseconds without a byte after which a stream connects again; 45 s by default. */
  readonly silenceMs?: number;
  readonly fetch?: typeof globalThis.fetch;
};

export type CartClient = {
  /** Every route of the write API. Failed attempts are repeated with one idempotency key. */
  readonly commands: Client<CommandPaths>;
  /** Every route of the read API. */
  readonly queries: Client<QueryPaths>;
  /** Reads a cart once the read model has this version, which a command's answer names. Throws if that takes longer than `timeoutMs`. */
  readonly waitForCart: (
    id: string,
    version: number,
    options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
  ) => Promise<Cart>;
  /** Follows the events of a cart, by default those from now on, over any number of connections. */
  readonly followCart: (
    id: string,
    options?: { readonly afterVersion?: number; readonly signal?: AbortSignal },
  ) => AsyncGenerator<CartEvent, void, undefined>;
};

export const createCartClient = (options: CartClientOptions): CartClient => {
  const { token, attempts = 5, backoff = { baseMs: 100, maxMs: 10_000 }, attemptTimeoutMs = 30_000, silenceMs = 45_000 } = options;
  // Called without a receiver: a browser refuses `fetch` as a method of another object.
  const { fetch = (...args: Parameters<typeof globalThis.fetch>) => globalThis.fetch(...args) } = options;
  const send = createSend({ token, attempts, backoff, attemptTimeoutMs, fetch });
  const commands = createClient<CommandPaths>({ baseUrl: options.commandApi, fetch: send });
  const queries = createClient<QueryPaths>({ baseUrl: options.queryApi, fetch: send });
  // `waitForCart` has its own limit, and repeats requests itself.
  const sendOnce = createSend({ token, attempts: 1, backoff, attemptTimeoutMs, fetch });
  const queriesOnce = createClient<QueryPaths>({ baseUrl: options.queryApi, fetch: sendOnce });

  return {
    commands,
    queries,
    waitForCart: async (id, version, { timeoutMs = 10_000, signal } = {}) => {
      const until = Date.now() + timeoutMs;
      const params = { path: { id }, query: { min_version: version } };
      for (;;) {
        try {
          return await result(queriesOnce.GET("/carts/{id}", { params, ...(signal === undefined ? {} : { signal }) }));
        } catch (error) {
          if (!isTemporary(error) || Date.now() >= until) throw error;
        }
        await wait(backoff.baseMs, signal);
      }
    },
    followCart: async function* follow(id, { afterVersion, signal } = {}) {
      // A connection that breaks before its first event could not say where it was, so the current version is read first.
      const start = afterVersion ?? (await result(queries.GET("/carts/{id}", { params: { path: { id } } }))).version;
      const url = `${options.queryApi.replace(/\/$/, "")}/carts/${encodeURIComponent(id)}/stream`;
      yield* followCart({ url, afterVersion: start, token, backoff, silenceMs, signal, fetch });
    },
  };
};

const isTemporary = (error: unknown): boolean =>
  error instanceof CartUnreachable || (error instanceof CartProblem && temporaryStatuses.has(error.status));

/** What openapi-fetch resolves to: data, or the error of an answer that is not 2xx. */
type Outcome<Data> = { readonly data?: Data; readonly error?: unknown; readonly response: Response };

/** Resolves to the data of a call, or throws a `CartProblem`. */
export const result = async <Data>(call: Promise<Outcome<Data>>): Promise<Exclude<Data, undefined>> => {
  const { data, error, response } = await call;
  if (!response.ok || data === undefined) throw problemOf(response, error);
  return data as Exclude<Data, undefined>;
};

/** The header with which a command is executed only at this version of its cart. */
export const ifVersion = (version: number): { readonly "If-Match": string } => ({ "If-Match": `"${version}"` });
