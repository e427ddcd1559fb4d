import type { ArchivedStream } from "../archive/archivedStreams.ts";
import type { ExpectedVersion } from "./commandRequest.ts";

/** The stream is not at the version that the caller expects. Nothing was stored. */
export class VersionMismatchError extends Error {
  override readonly name = "VersionMismatchError";
  readonly expectedVersion: ExpectedVersion;
  readonly actualVersion: number;

  constructor(expectedVersion: ExpectedVersion, actualVersion: number) {
    super(`expected ${textOf(expectedVersion)}, but the stream is at version ${actualVersion}`);
    this.expectedVersion = expectedVersion;
    this.actualVersion = actualVersion;
  }
}

const textOf = (expected: ExpectedVersion): string => {
  if (expected === "any") return "a stream with events";
  const versions = [expected].flat();
  return versions.length === 0 ? "an ETag that no version has" : `version ${versions.join(" or ")}`;
};

/** The sender must not see a stream that the command would have changed. Nothing was stored. */
export class StreamHiddenError extends Error {
  override readonly name = "StreamHiddenError";
  readonly aggregateId: string;

  constructor(aggregateId: string) {
    super(`the stream ${aggregateId} is hidden from the sender of the command`);
    this.aggregateId = aggregateId;
  }
}

/** The stream's events are in the archive, so no command finds them. Nothing was stored, and nothing begins the stream again. */
export class StreamArchivedError extends Error {
  override readonly name = "StreamArchivedError";
  readonly stream: ArchivedStream;

  constructor(stream: ArchivedStream) {
    super(`the stream ${stream.aggregateId} was archived at ${stream.archivedAt.toISOString()}`);
    this.stream = stream;
  }
}

/** The idempotency key was used before for another request. Nothing was stored. */
export class IdempotencyKeyReusedError extends Error {
  override readonly name = "IdempotencyKeyReusedError";
  readonly key: string;

  constructor(key: string) {
    super("the idempotency key was used for another request to the same aggregate");
    this.key = key;
  }
}

/** The server takes no statement as large as an event of the command. Nothing was stored, and a retry does not help. */
export class CommandTooLargeError extends Error {
  override readonly name = "CommandTooLargeError";

  constructor(options?: ErrorOptions) {
    super("the command's events are larger than the event store accepts", options);
  }
}

/**
 * The command failed for a temporary reason, and may be sent again.
 *
 * - `OVERLOADED`: too many commands are waiting; nothing was stored.
 * - `CONTENDED`: other writers were faster at every attempt; nothing was stored.
 * - `STOPPING`: this process is shutting down; nothing was stored.
 * - `UNAVAILABLE`: the database could not be reached; nothing was stored.
 * - `OUTCOME_UNKNOWN`: the connection was lost while the transaction was committed;
 *   the command is stored wholly or not at all, and reading the stream tells which.
 * - `TENANT_MOVING`: the tenant moves to or from another event store; nothing was stored.
 * - `TENANT_MOVED`: the tenant is in another event store, which takes its commands; nothing was stored.
 */
export type CommandFailure = "OVERLOADED" | "CONTENDED" | "STOPPING" | "UNAVAILABLE" | "OUTCOME_UNKNOWN" | "TENANT_MOVING" | "TENANT_MOVED";

export class CommandFailedError extends Error {
  override readonly name = "CommandFailedError";
  readonly code: CommandFailure;

  constructor(code: CommandFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
