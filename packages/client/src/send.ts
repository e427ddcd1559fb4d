import { type Backoff, wait, waitAfter } from "./backoff.ts";
import { chunksOf } from "./chunksOf.ts";
import { CartUnreachable, temporaryStatuses } from "./problems.ts";

export type SendOptions = {
  /** The bearer token of each request, asked for at each attempt. Without it requests carry none. */
  readonly token?: (() => string | Promise<string>) | undefined;
  /** Attempts of one request. */
  readonly attempts: number;
  readonly backoff: Backoff;
  /** Milliseconds that one attempt may take, with its answer. */
  readonly attemptTimeoutMs: number;
  readonly fetch: typeof globalThis.fetch;
};

/** Bytes of the longest answer that is read. A page of the longest list has less than a tenth of it. */
const maxAnswerBytes = 16 * 1_048_576;

const isCommand = (method: string): boolean => method !== "GET" && method !== "HEAD";

/**
 * Returns a function like `fetch` that sends a request until it is answered: it waits and tries again if the connection fails, the
 * answer is cut short, or the answer is temporary. A command gets an `Idempotency-Key` if it has none, the same for all attempts,
 * so it is executed at most once. Resolves to the last answer, whole; rejects with `CartUnreachable` if none came.
 */
export const createSend =
  (options: SendOptions) =>
  async (request: Request): Promise<Response> => {
    const headers = new Headers(request.headers);
    if (isCommand(request.method) && !headers.has("Idempotency-Key")) headers.set("Idempotency-Key", crypto.randomUUID());
    const body = request.body === null ? undefined : await request.arrayBuffer();
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt >= options.attempts;
      let askedMs = 0;
      try {
        const answer = await sendOnce(request, { headers, body }, options);
        askedMs = 1_000 * Number(answer.headers.get("Retry-After") ?? 0);
        if (isLast || !temporaryStatuses.has(answer.status) || askedMs > options.backoff.maxMs) return answer;
      } catch (error) {
        request.signal.throwIfAborted();
        if (error instanceof AnswerTooLong) throw error;
        if (isLast) throw new CartUnreachable(`${request.method} ${request.url} got no answer in ${attempt} attempts`, { cause: error });
      }
      await wait(Math.max(askedMs, waitAfter(attempt, options.backoff)), request.signal);
    }
  };

type Content = { readonly headers: Headers; readonly body: ArrayBuffer | undefined };

const sendOnce = async (request: Request, { headers, body }: Content, options: SendOptions): Promise<Response> => {
  if (options.token !== undefined) headers.set("Authorization", `Bearer ${await options.token()}`);
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(options.attemptTimeoutMs)]);
  const { method, url } = request;
  const answer = await options.fetch(url, { method, headers, signal, ...(body === undefined ? {} : { body }) });
  const bytes = await readWhole(answer);
  const { status, statusText } = answer;
  // A Response with one of these statuses must not have a body.
  return new Response([101, 204, 205, 304].includes(status) ? null : bytes, { status, statusText, headers: answer.headers });
};

class AnswerTooLong extends Error {
  override readonly name = "AnswerTooLong";
}

const readWhole = async (answer: Response): Promise<Blob> => {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of chunksOf(answer)) {
    length += chunk.byteLength;
    if (length > maxAnswerBytes) throw new AnswerTooLong(`the answer has more than ${maxAnswerBytes} bytes`);
    parts.push(chunk);
  }
  return new Blob(parts);
};
