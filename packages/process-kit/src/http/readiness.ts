import type { Logger } from "../logs/createLogger.ts";
import { TimeoutError, within } from "../within.ts";

/**
 * Checks by the name of a dependency. A check rejects if its dependency cannot be used. /readyz shows the member `shownReason` of
 * the error, if it has one, and never its message: a message may quote a server, and everyone who reaches the port reads it.
 */
export type ReadinessChecks = Readonly<Record<string, () => Promise<void>>>;

export type Readiness = {
  readonly isReady: boolean;
  /** `ok` or why not, by dependency. */
  readonly checks: Readonly<Record<string, string>>;
};

const checkTimeoutMs = 2_000;

const passed = "ok";

/** Returns a function that runs the checks. Concurrent callers share one run. A check that begins or ceases to fail is logged, with its error. */
export const createReadiness = (checks: ReadinessChecks, logger: Logger): (() => Promise<Readiness>) => {
  const outcomes = new Map<string, string>();
  let running: Promise<Readiness> | undefined;

  const report = (name: string, outcome: string, error: unknown): void => {
    const before = outcomes.get(name) ?? passed;
    outcomes.set(name, outcome);
    if (outcome === before) return;
    if (outcome === passed) logger.info({ dependency: name }, "a dependency is ready again");
    else logger.warn({ err: error, dependency: name, outcome }, "a dependency is not ready");
  };

  const run = async (): Promise<Readiness> => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]): Promise<[string, string]> => {
        const { outcome, error } = await outcomeOf(check);
        report(name, outcome, error);
        return [name, outcome];
      }),
    );
    return { isReady: results.every(([, outcome]) => outcome === passed), checks: Object.fromEntries(results) };
  };

  return () => (running ??= run().finally(() => (running = undefined)));
};

const outcomeOf = async (check: () => Promise<void>): Promise<{ readonly outcome: string; readonly error?: unknown }> => {
  try {
    await within(checkTimeoutMs, check());
    return { outcome: passed };
  } catch (error) {
    return { outcome: shownReasonOf(error), error };
  }
};

const shownReasonOf = (error: unknown): string => {
  if (error instanceof TimeoutError) return error.message;
  const isShown = error instanceof Error && "shownReason" in error && typeof error.shownReason === "string";
  return isShown ? String(error.shownReason) : "not available; the log has the reason";
};
