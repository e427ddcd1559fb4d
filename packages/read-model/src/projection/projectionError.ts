import { EventError } from "@cart/domain";
import type { DeadLetterCode } from "../deadLetters/deadLetter.ts";

export class ProjectionError extends Error {
  override readonly name = "ProjectionError";
  readonly code: DeadLetterCode;

  constructor(code: DeadLetterCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Why a message waits that is fine itself. */
export const parkedError = (): ProjectionError =>
  new ProjectionError("PARKED", "an earlier message of the same aggregate is a dead letter");

/** Tells whether the event is at fault, so that a retry with the same program would fail again. */
export const isUnprojectable = (error: unknown): error is ProjectionError | EventError =>
  error instanceof ProjectionError || error instanceof EventError;

/** Calls `evolve`, which throws for an event that cannot follow the state, and turns its error into a `ProjectionError`. */
export const applicable = <State>(evolve: () => State): State => {
  try {
    return evolve();
  } catch (error) {
    throw new ProjectionError("NOT_APPLICABLE", error instanceof Error ? error.message : String(error), { cause: error });
  }
};
