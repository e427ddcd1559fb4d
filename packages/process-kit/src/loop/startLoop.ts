import { setImmediate as nextTurn } from "node:timers/promises";
import type { Logger } from "../logs/createLogger.ts";
import { abortableDelay, type BackoffOptions, delayFor } from "./backoff.ts";

export type LoopOptions = {
  /** The subject of the loop's log lines: "the relay". */
  readonly name: string;
  /**
   * Runs one pass. Resolves to the milliseconds to wait before the next pass, 0 for no wait.
   * A long pass should check the signal, because a stop waits until the pass has ended.
   */
  readonly work: (stopping: AbortSignal) => Promise<number>;
  /** The wait after a failed pass. */
  readonly backoff: BackoffOptions;
  /** Called for each failed pass, before the wait. It must not throw. */
  readonly onFailure?: (error: unknown) => void;
  readonly logger: Logger;
};

export type Loop = {
  /** Ends the current wait, or lets the current pass finish. Resolves when the loop has ended; never rejects. */
  readonly stop: () => Promise<void>;
};

/**
 * Runs `work` repeatedly, one pass at a time, until it is stopped. Every worker uses
 * this loop. Its modes are:
 *
 * - Working: pass after pass.
 * - Waiting: for the milliseconds of the last pass. `stop` ends the wait.
 * - Failing: a rejected pass is logged with the delay before the next pass; the delays grow
 *   up to a bound. The first pass that succeeds again is logged too.
 */
export const startLoop = ({ name, work, backoff, onFailure, logger }: LoopOptions): Loop => {
  const stopping = new AbortController();
  let failures = 0;
  let failingSince = 0;

  const worked = (): void => {
    if (failures > 0) {
      logger.info({ recovered: true, failures, failing_for_ms: Math.round(performance.now() - failingSince) }, `${name} works again`);
    }
    failures = 0;
  };

  /** Returns the milliseconds to wait. */
  const failed = (error: unknown): number => {
    if (failures === 0) failingSince = performance.now();
    failures += 1;
    const delay = delayFor(failures, backoff);
    if (stopping.signal.aborted) logger.warn({ err: error, failures }, `${name} failed while it stopped`);
    else logger.warn({ err: error, failures, retry_in_ms: delay }, `${name} failed and tries again`);
    onFailure?.(error);
    return delay;
  };

  const pass = async (): Promise<number> => {
    try {
      const wait = await work(stopping.signal);
      worked();
      return wait;
    } catch (error) {
      return failed(error);
    }
  };

  const running = (async () => {
    while (!stopping.signal.aborted) {
      const wait = await pass();
      // Without a wait, passes that need no I/O would keep signals and timers from ever running.
      await (wait > 0 ? abortableDelay(wait, stopping.signal) : nextTurn());
    }
  })();

  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
};
