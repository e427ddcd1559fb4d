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

/** It is the event that is at fault, and trying it again with the same program does not help. */
export const isUnprojectable = (error: unknown): error is ProjectionError | EventError =>
  error instanceof ProjectionError || error instanceof EventError;

/** For `evolve`, which throws at an event that does not follow its state. */
export const applicable = <State>(evolve: () => State): State => {
  try {
    return evolve();
  } catch (error) {
    throw new ProjectionError("NOT_APPLICABLE", error instanceof Error ? error.message : String(error), { cause: error });
  }
};
