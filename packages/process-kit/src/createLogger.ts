import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from "pino";

export type { Logger };

export type LoggerOptions = {
  readonly service: string;
  /** A pino level or `silent`. */
  readonly level: string;
  /** Standard output by default. */
  readonly destination?: DestinationStream;
};

/** `sql` is on the errors of mysql2: the statement with its values, so with personal data. */
const secretKeys = ["authorization", "cookie", "set-cookie", "password", "sql"];

/** In the line itself and up to two levels below it: a wildcard stands for exactly one level. */
const redactedPaths = secretKeys.flatMap((key) => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`]);

/**
 * Logs JSON lines. Written at once and not through a buffer: the last line
 * before an exit is the one that matters, and few lines are written at `info`.
 */
export const createLogger = ({ service, level, destination = pino.destination({ dest: 1, sync: true }) }: LoggerOptions): Logger =>
  pino(
    {
      level,
      base: { service },
      timestamp: stdTimeFunctions.isoTime,
      serializers: { err: stdSerializers.errWithCause, error: stdSerializers.errWithCause },
      redact: redactedPaths,
    },
    destination,
  );
