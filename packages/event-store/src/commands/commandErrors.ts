import type { ExpectedVersion } from "./commandRequest.ts";

/** The caller named the version that it had seen, and the stream is at another one. Nothing was stored. */
export class VersionMismatchError extends Error {
  override readonly name = "VersionMismatchError";
  readonly expectedVersion: ExpectedVersion;
  readonly actualVersion: number;

  constructor(expectedVersion: ExpectedVersion, actualVersion: number) {
    const expected = expectedVersion === "any" ? "a stream with events" : `version ${expectedVersion}`;
    super(`expected ${expected}, but the stream is at version ${actualVersion}`);
    this.expectedVersion = expectedVersion;
    this.actualVersion = actualVersion;
  }
}

/** The sender may not know of a stream that the command would have changed. Nothing was stored. */
export class StreamHiddenError extends Error {
  override readonly name = "StreamHiddenError";
  readonly aggregateId: string;

  constructor(aggregateId: string) {
    super(`the stream ${aggregateId} is hidden from the sender of the command`);
    this.aggregateId = aggregateId;
  }
}

/** The idempotency key came before with another request. Nothing was stored. */
export class IdempotencyKeyReusedError extends Error {
  override readonly name = "IdempotencyKeyReusedError";
  readonly key: string;

  constructor(key: string) {
    super("the idempotency key was used for another request to the same aggregate");
    this.key = key;
  }
}

/**
 * The command was not carried out for a reason that passes, and may be sent again.
 *
 * - `OVERLOADED`: too many commands wait already; nothing was stored.
 * - `CONTENDED`: other writers were faster every time; nothing was stored.
 * - `STOPPING`: this process is shutting down; nothing was stored.
 * - `UNAVAILABLE`: the database could not be reached; nothing was stored.
 * - `OUTCOME_UNKNOWN`: the connection was lost while the transaction was committed;
 *   it is stored wholly or not at all, and a reader of the stream sees which.
 */
export type CommandFailure = "OVERLOADED" | "CONTENDED" | "STOPPING" | "UNAVAILABLE" | "OUTCOME_UNKNOWN";

export class CommandFailedError extends Error {
  override readonly name = "CommandFailedError";
  readonly code: CommandFailure;

  constructor(code: CommandFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
