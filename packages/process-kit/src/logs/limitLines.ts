import type { Logger } from "./createLogger.ts";

export type LimitedLine = {
  readonly level: "info" | "warn" | "error";
  /** Lines of one kind share a limit. There must be few kinds, and none may be named by a client. */
  readonly kind: string;
  readonly line: object;
  readonly message: string;
};

export type LineLimits = {
  readonly linesOfKind: number;
  readonly periodMs: number;
};

/** Enough lines to help a single client by, and few enough that a flood of requests is no flood of lines. */
const defaultLimits: LineLimits = { linesOfKind: 10, periodMs: 10_000 };

/**
 * Returns a function that writes the first lines of each kind in a period. It counts further lines of the kind and writes one line
 * with their number when the period ends, so that what clients send decides neither the size of the log nor its cost.
 */
export const limitLines = (logger: Logger, { linesOfKind, periodMs }: LineLimits = defaultLimits): ((line: LimitedLine) => void) => {
  const kinds = new Map<string, { written: number; leftOut: number }>();

  const begin = ({ level, kind, message }: LimitedLine): { written: number; leftOut: number } => {
    const count = { written: 0, leftOut: 0 };
    kinds.set(kind, count);
    setTimeout(() => {
      kinds.delete(kind);
      if (count.leftOut > 0)
        logger[level]({ kind, left_out: count.leftOut, period_ms: periodMs }, `${message}: further lines were left out`);
    }, periodMs).unref();
    return count;
  };

  return (limited) => {
    const { level, kind, line, message } = limited;
    if (!logger.isLevelEnabled(level)) return;
    const count = kinds.get(kind) ?? begin(limited);
    if (count.written < linesOfKind) {
      count.written += 1;
      logger[level](line, message);
    } else {
      count.leftOut += 1;
    }
  };
};
