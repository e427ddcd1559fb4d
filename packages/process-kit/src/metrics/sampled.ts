import { within } from "../within.ts";

export type SamplingOptions = {
  /** Milliseconds that a caller waits for an answer at most. */
  readonly timeoutMs?: number;
  /** Milliseconds for which an answer is reused. 0 queries a cheap source each time. */
  readonly minIntervalMs?: number;
};

/** Rejects when the source fails or does not answer in time. */
export type Sampled<T> = () => Promise<T>;

/** Milliseconds after which a hanging source is queried again. Until then it is queried once, not once for each scrape. */
const giveUpMs = 30_000;

/**
 * Wraps a source that metrics query at each scrape, such as a table or the brokers. Concurrent
 * callers share one query, so two gauges of one source, or two scrapes at once, cost one
 * query. A failure is never reused.
 */
export const sampled = <T>(ask: () => Promise<T>, { timeoutMs = 2_000, minIntervalMs = 0 }: SamplingOptions = {}): Sampled<T> => {
  let last: Question<T> | undefined;

  const startQuery = (): Question<T> => {
    // `ask` may throw as well as reject.
    const question: Question<T> = { askedAt: performance.now(), isUnderWay: true, answer: (async () => ask())() };
    question.answer.then(
      () => void (question.isUnderWay = false),
      () => void (last = last === question ? undefined : last),
    );
    return question;
  };

  return () => {
    const age = last === undefined ? Infinity : performance.now() - last.askedAt;
    if (last === undefined || age >= (last.isUnderWay ? giveUpMs : minIntervalMs)) last = startQuery();
    return within(timeoutMs, last.answer);
  };
};

type Question<T> = { readonly askedAt: number; readonly answer: Promise<T>; isUnderWay: boolean };
