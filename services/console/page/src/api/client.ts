import { currentToken } from "../access/access.ts";
import { refusals } from "../access/tokens.ts";

/** What a server said when it refused or failed. `status` is 0 if no server was reached. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly type: string;
  readonly correlationId: string | undefined;

  constructor(status: number, type: string, message: string, correlationId?: string) {
    super(message);
    this.status = status;
    this.type = type;
    this.correlationId = correlationId;
  }
}

const authorization = async (): Promise<Record<string, string>> => {
  const token = await currentToken();
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
};

type Options = { readonly method?: string; readonly body?: unknown; readonly signal?: AbortSignal };

/** Sends a request to the console's own host. Throws an `ApiError` for every answer that is no success. */
export const request = async (path: string, { method = "GET", body, signal }: Options = {}): Promise<unknown> => {
  const response = await send(path, {
    method,
    headers: { ...(await authorization()), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  if (!response.ok) throw errorOf(response.status, text);
  return text === "" ? undefined : JSON.parse(text);
};

const send = async (path: string, init: RequestInit): Promise<Response> => {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new ApiError(0, "offline", "The console does not answer. Check the network; the page tries again by itself.");
  }
};

const errorOf = (status: number, text: string): ApiError => {
  if (status === 401) refusals.dispatchEvent(new Event("refused"));
  try {
    const { type, title, detail, correlation_id } = JSON.parse(text) as Record<string, string | undefined>;
    return new ApiError(status, type ?? "", detail ?? title ?? `The server answered ${status}.`, correlation_id);
  } catch {
    return new ApiError(status, "", `The server answered ${status}.`);
  }
};

/** Milliseconds without a byte after which a stream counts as dead. query-api sends a comment every 15 s. */
const longestSilenceMs = 45_000;

/**
 * Calls `onEvent` when server-sent events arrive, until the signal is aborted. Resolves when the stream ends or falls silent;
 * rejects if it cannot be opened or breaks.
 */
export const follow = async (
  path: string,
  onEvent: () => void,
  onOpen: () => void,
  signal: AbortSignal,
): Promise<"finished" | "broken"> => {
  const silence = new AbortController();
  const either = AbortSignal.any([signal, silence.signal]);
  const response = await send(path, { headers: { ...(await authorization()), Accept: "text/event-stream" }, signal: either });
  // The last event of the cart is known: no event can follow.
  if (response.status === 204) return "finished";
  if (!response.ok || response.body === null) throw errorOf(response.status, await response.text());
  onOpen();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const timer = setTimeout(() => silence.abort(), longestSilenceMs);
    const { done, value } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return "broken";
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    if (blocks.some((block) => block.includes("data:"))) onEvent();
  }
};
