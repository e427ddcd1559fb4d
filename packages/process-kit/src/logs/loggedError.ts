import { isNativeError } from "node:util/types";

/** What a log line says about an error: its kind and its place in the code, and no value that belongs to a customer. */
export type LoggedError = {
  readonly type: string;
  /** Absent if the text may quote what a customer sent or stored. */
  readonly message?: string;
  /** Such as `ECONNREFUSED` or `ER_DUP_ENTRY`. */
  readonly code?: string | number;
  readonly errno?: number;
  readonly sql_state?: string;
  /** The frames without the message. */
  readonly stack?: string;
  readonly cause?: LoggedError;
  /** Of an error that stands for several errors. */
  readonly errors?: readonly LoggedError[];
};

/** Bounds a line: no error here has more causes or parts, unless it refers to itself. */
const maxDepth = 6;
const maxErrors = 4;
const maxFrames = 20;
const maxTextLength = 1_000;

/**
 * Picks from an error the members that a log may show. Every other member is left out, at any depth of `cause`: libraries
 * attach statements with their values, requests, bodies and messages to their errors.
 */
export const loggedError = (error: unknown, depth = 1): LoggedError => {
  if (!isNativeError(error)) return { type: error === null ? "null" : typeof error };
  const parts = error instanceof AggregateError ? error.errors.slice(0, maxErrors) : [];
  const hasMore = depth < maxDepth;
  return {
    type: error.name.slice(0, maxTextLength),
    ...(quotes(error) ? {} : { message: safeText(error.message) }),
    ...codesOf(error),
    ...stackOf(error),
    ...(hasMore && error.cause !== undefined && error.cause !== null ? { cause: loggedError(error.cause, depth + 1) } : {}),
    ...(hasMore && parts.length > 0 ? { errors: parts.map((part: unknown) => loggedError(part, depth + 1)) } : {}),
  };
};

/** The errors of a MySQL server quote the statement or a value of it; the errors of a parser quote the text that it cannot parse. */
const quotes = (error: Error): boolean => error instanceof SyntaxError || "sqlMessage" in error || "sqlState" in error || "sql" in error;

/** The text in one line, without the login of a URL. */
const safeText = (text: string): string =>
  text
    .slice(0, maxTextLength)
    .replaceAll(/\/\/[^/\s]*@/g, "//")
    .replaceAll(/\s+/g, " ");

const codesOf = (error: Error): Pick<LoggedError, "code" | "errno" | "sql_state"> => ({
  ...("code" in error && isCode(error.code) ? { code: error.code } : {}),
  ...("errno" in error && typeof error.errno === "number" ? { errno: error.errno } : {}),
  ...("sqlState" in error && isCode(error.sqlState) ? { sql_state: String(error.sqlState) } : {}),
});

/** A code is one word; anything else may be a text. */
const isCode = (code: unknown): code is string | number =>
  typeof code === "number" || (typeof code === "string" && /^[\w.:-]{1,64}$/.test(code));

/** A stack begins with the message, whose lines can look like frames, so the message is cut off first. */
const stackOf = ({ stack, message }: Error): Pick<LoggedError, "stack"> => {
  if (stack === undefined) return {};
  const start = message === "" ? 0 : stack.indexOf(message);
  if (start < 0) return {};
  const frames = stack
    .slice(start + message.length)
    .split("\n")
    .filter((line) => frame.test(line));
  return frames.length === 0 ? {} : { stack: frames.slice(0, maxFrames).join("\n") };
};

const frame = /^ {4}at \S/;
