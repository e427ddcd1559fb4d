import { within } from "../within.ts";

export type SamplingOptions = {
  /** Longest time that a caller waits for an answer. */
  readonly timeoutMs?: number;
  /** An answer that was asked for less than this ago is given again. 0 asks each time, for a source that is cheap. */
  readonly minIntervalMs?: number;
};

/** Rejects when the source fails or does not answer in time. */
export type Sampled<T> = () => Promise<T>;

/** A source that has not answered for so long is asked again: until then a source that hangs is asked once, not once for each scrape. */
const giveUpMs = 30_000;

/**
 * A source that metrics ask when they are scraped, such as a table or the brokers.
 * All who ask while an answer is under way share it, so two gauges of one source,
 * and two scrapes at once, cost one question. A failure is never given again.
 */
export const sampled = <T>(ask: () => Promise<T>, { timeoutMs = 2_000, minIntervalMs = 0 }: SamplingOptions = {}): Sampled<T> => {
  let last: Question<T> | undefined;

  const askAnew = (): Question<T> => {
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
    if (last === undefined || age >= (last.isUnderWay ? giveUpMs : minIntervalMs)) last = askAnew();
    return within(timeoutMs, last.answer);
  };
};

type Question<T> = { readonly askedAt: number; readonly answer: Promise<T>; isUnderWay: boolean };
