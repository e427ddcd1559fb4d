import { HttpProblem, type Logger } from "@cart/process-kit";
import { bulkhead, circuitBreaker, ConsecutiveBreaker, handleAll, wrap } from "cockatiel";
import { Check } from "typebox/value";
import type { CheckConfig } from "./checkConfig.ts";
import type { CheckMetrics } from "./checkMetrics.ts";
import { checkAnswer, type CheckRequest, type Corrections, type RefusingAnswer } from "./checkMessages.ts";
import { changeRefused, checkUnavailable } from "./checkProblems.ts";
import { correctionsOf } from "./correctionsOf.ts";

/** Asks the shop about a change, and returns its corrections. Rejects with an `HttpProblem`: 422 if the shop refuses, 503 while its service is away. */
export type ShopCheck = (request: CheckRequest, correlationId: string) => Promise<Corrections>;

export type ShopCheckOptions = {
  readonly url: string;
  readonly token: string | undefined;
  /** Milliseconds for the whole answer. */
  readonly timeoutMs: number;
  readonly whenAway: CheckConfig["CART_CHECK_WHEN_AWAY"];
  readonly metrics: CheckMetrics;
  readonly logger: Logger;
};

/** More than prices for as many lines as a cart can have, with the longest ids. */
const maxAnswerBytes = 262_144;

/** More requests than this in flight mean that the shop's service is too slow: further ones are not sent. */
const maxInFlight = 500;

/** So many failures one after the other mean that the shop's service is away. It is then left alone for a while. */
const failuresUntilOpen = 10;
const leftAloneMs = 2_000;

type Verdict = { readonly allowed: true; readonly corrections: Corrections } | RefusingAnswer;

/**
 * Asks the shop's own service over HTTP, on connections that are kept. Its answer has a limit of time and of bytes, and
 * while it fails again and again, it is not asked at all. Everything but a valid answer counts as away.
 */
export const shopCheck = ({ url, token, timeoutMs, whenAway, metrics, logger }: ShopCheckOptions): ShopCheck => {
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: leftAloneMs, breaker: new ConsecutiveBreaker(failuresUntilOpen) });
  breaker.onBreak(() => logger.error({ left_alone_ms: leftAloneMs }, "the shop's check fails again and again and is left alone"));
  breaker.onReset(() => logger.info("the shop's check answers again"));
  // The breaker is inside, so that a request that is not sent does not count as a failure.
  const guarded = wrap(bulkhead(maxInFlight, 0), breaker);
  const headers = { "Content-Type": "application/json", ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) };

  const ask = async (request: CheckRequest, correlationId: string): Promise<Verdict> => {
    const response = await fetch(url, {
      method: "POST",
      headers: { ...headers, "X-Correlation-Id": correlationId },
      body: JSON.stringify(request),
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`the check answered ${response.status}, expected 200`);
    }
    const answer: unknown = JSON.parse(await readBounded(response));
    if (!Check(checkAnswer, answer)) throw new Error("the check's answer does not have the documented form");
    return answer.allowed ? { allowed: true, corrections: correctionsOf(request, answer) } : answer;
  };

  return async (request, correlationId) => {
    const { operation } = request.change;
    let verdict: Verdict;
    try {
      verdict = await guarded.execute(() => ask(request, correlationId));
    } catch (error) {
      metrics.checked(operation, "away");
      logger.warn({ operation, when_away: whenAway, err: error }, "the shop's check gave no answer");
      if (whenAway === "allow") return {};
      throw new HttpProblem({ ...checkUnavailable, headers: { "Retry-After": "1" } }, { cause: error });
    }
    if (!verdict.allowed) {
      metrics.checked(operation, "refused");
      throw new HttpProblem({ ...changeRefused, members: { reasons: verdict.reasons } });
    }
    const { corrections } = verdict;
    metrics.checked(operation, Object.keys(corrections).length === 0 ? "allowed" : "corrected");
    return corrections;
  };
};

/** Reads the body as text. Throws, and closes the connection, if it is longer than the limit. */
const readBounded = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | undefined = response.body ?? undefined;
  if (body === undefined) return "";
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxAnswerBytes) throw new Error(`the check's answer is longer than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
};
