import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from "pino";

export type { Logger };

export type LoggerOptions = {
  readonly service: string;
  /** A pino level or `silent`. */
  readonly level: string;
  /** Standard output by default. */
  readonly destination?: DestinationStream;
};

/** The errors of mysql2 have a member `sql`: the statement with its values, which may be personal data. */
const secretKeys = ["authorization", "cookie", "set-cookie", "password", "sql"];

/** In the line itself and up to two levels below it: a wildcard stands for exactly one level. */
const redactedPaths = secretKeys.flatMap((key) => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`]);

/**
 * Creates a logger of JSON lines. They are written synchronously, without a buffer, because
 * the last line before an exit matters most, and few lines are written at `info`.
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
