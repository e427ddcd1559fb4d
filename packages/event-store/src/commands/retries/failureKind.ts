import { isLockConflict, isUnavailable, StatementTooLargeError, unavailableReason } from "@cart/mysql";
import { CommitOutcomeUnknownError } from "../../streams/commitOutcomeUnknownError.ts";
import { ConcurrencyError } from "../../streams/concurrencyError.ts";
import { StreamsTooLargeError } from "../../streams/streamsTooLargeError.ts";
import { CommandFailedError, CommandTooLargeError } from "../commandErrors.ts";

/**
 * - `conflict`: another writer was faster; nothing was stored.
 * - `unavailable`: the database did not answer before COMMIT; nothing was stored.
 * - `unknown`: the database did not answer COMMIT; the batch may be stored.
 * - `oversized`: the batch needs too much memory; nothing was stored.
 * - `fault`: one of the commands, or this program, has a defect.
 */
export type FailureKind = "conflict" | "unavailable" | "unknown" | "oversized" | "fault";

export const failureKindOf = (error: unknown): FailureKind => {
  if (error instanceof ConcurrencyError || isLockConflict(error)) return "conflict";
  if (error instanceof CommitOutcomeUnknownError) return "unknown";
  if (error instanceof StreamsTooLargeError) return "oversized";
  if (isUnavailable(error)) return "unavailable";
  return "fault";
};

/** Returns the error for a command that is not retried: a `CommandFailedError`, or the fault itself. */
export const toCommandError = (error: unknown): unknown => {
  const kind = failureKindOf(error);
  const cause = { cause: error };
  switch (kind) {
    case "conflict":
      return new CommandFailedError("CONTENDED", "other writers to the same aggregate were faster every time", cause);
    case "unavailable":
      return new CommandFailedError("UNAVAILABLE", unavailableReason(error) ?? "the event store cannot be reached", cause);
    case "unknown":
      return new CommandFailedError("OUTCOME_UNKNOWN", "the connection to the event store was lost during the commit", cause);
    // A batch of one command is never too large.
    case "oversized":
    case "fault":
      return error instanceof StatementTooLargeError ? new CommandTooLargeError(cause) : error;
    default:
      return kind satisfies never;
  }
};
