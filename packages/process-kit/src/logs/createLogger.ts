import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";
import { loggedError } from "./loggedError.ts";

export type { Logger };

export type LoggerOptions = {
  readonly service: string;
  /** A pino level or `silent`. */
  readonly level: string;
  /** Standard output by default. */
  readonly destination?: DestinationStream;
};

const secretKeys = ["authorization", "cookie", "set-cookie", "password", "sql"];

/** In the line itself and up to two levels below it: a wildcard stands for exactly one level. */
const redactedPaths = secretKeys.flatMap((key) => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`]);

/**
 * Creates a logger of JSON lines. They are written synchronously, without a buffer, because
 * the last line before an exit matters most, and few lines are written at `info`.
 *
 * A line tells operators what happened and never what belongs to a customer: pass ids of aggregates, counts and codes, and
 * errors as `err`, of which `loggedError` picks the members.
 */
export const createLogger = ({ service, level, destination = pino.destination({ dest: 1, sync: true }) }: LoggerOptions): Logger =>
  pino(
    {
      level,
      base: { service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { log: withoutErrorObjects },
      // Replaces pino's own, which logs every member of an error.
      serializers: { err: (value: unknown) => value },
      redact: redactedPaths,
    },
    destination,
  );

const withoutErrorObjects = (line: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(line).map(([key, value]) => [key, key === "err" || value instanceof Error ? loggedError(value) : value]),
  );
