import { setTimeout as delay } from "node:timers/promises";
import { inspect } from "node:util";

export type WaitForOptions = { readonly timeoutMs?: number; readonly everyMs?: number };

/**
 * Polls until the condition returns something other than `undefined`, `null` or
 * `false`, and returns that. A condition that throws is polled again, so it may be an
 * assertion. The error after `timeoutMs` names `what` and the last outcome. A condition
 * that hangs is subject to the same timeout.
 */
export const waitFor = async <Value>(
  what: string,
  condition: () => Value | Promise<Value>,
  { timeoutMs = 25_000, everyMs = 20 }: WaitForOptions = {},
): Promise<Exclude<Value, undefined | null | false>> => {
  const timeout = AbortSignal.timeout(timeoutMs);
  let last: { readonly text: string; readonly error?: unknown } = { text: "the condition never answered" };

  const poll = async (): Promise<Exclude<Value, undefined | null | false>> => {
    for (;;) {
      try {
        const value = await condition();
        if (isThere(value)) return value;
        last = { text: `last seen: ${inspect(value)}` };
      } catch (error) {
        last = { text: `last error: ${error instanceof Error ? error.message : inspect(error)}`, error };
      }
      await delay(everyMs, undefined, { signal: timeout });
    }
  };
  const timedOut = new Promise<never>((_resolve, reject) => {
    timeout.addEventListener("abort", () => reject(new Error("timed out")), { once: true });
  });

  try {
    return await Promise.race([poll(), timedOut]);
  } catch {
    throw new Error(`gave up after ${timeoutMs} ms waiting for ${what}; ${last.text}`, { cause: last.error });
  }
};

const isThere = <Value>(value: Value): value is Exclude<Value, undefined | null | false> =>
  value !== undefined && value !== null && value !== false;
