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

const key = "console.token";

/** The token lives as long as the tab. */
export const token = {
  get: (): string | null => window.sessionStorage.getItem(key),
  set: (value: string): void => window.sessionStorage.setItem(key, value),
  clear: (): void => window.sessionStorage.removeItem(key),
};

const authorization = (): Record<string, string> => {
  const value = token.get();
  return value === null ? {} : { Authorization: `Bearer ${value}` };
};

type Options = { readonly method?: string; readonly body?: unknown; readonly signal?: AbortSignal };

/** Sends a request to the console's own host. Throws an `ApiError` for every answer that is no success. */
export const request = async (path: string, { method = "GET", body, signal }: Options = {}): Promise<unknown> => {
  const response = await send(path, {
    method,
    headers: { ...authorization(), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
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
  try {
    const { type, title, detail, correlation_id } = JSON.parse(text) as Record<string, string | undefined>;
    return new ApiError(status, type ?? "", detail ?? title ?? `The server answered ${status}.`, correlation_id);
  } catch {
    return new ApiError(status, "", `The server answered ${status}.`);
  }
};

/** Calls `onEvent` for each server-sent event until the signal is aborted. Rejects when the stream breaks; resolves when it ends. */
export const follow = async (
  path: string,
  onEvent: () => void,
  onOpen: () => void,
  signal: AbortSignal,
): Promise<"finished" | "broken"> => {
  const response = await send(path, { headers: { ...authorization(), Accept: "text/event-stream" }, signal });
  // The last event of the cart is known: no event can follow.
  if (response.status === 204) return "finished";
  if (!response.ok || response.body === null) throw errorOf(response.status, await response.text());
  onOpen();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return "broken";
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    if (blocks.some((block) => block.includes("data:"))) onEvent();
  }
};
