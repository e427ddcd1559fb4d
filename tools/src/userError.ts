/** An error that the user can fix. Its message says what to do, and is printed without a stack. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** Returns one line for an error: the advice to the user, or the system's message. */
export const explain = (error: unknown): string => {
  if (error instanceof UserError) return error.message;
  if (error instanceof Error && "code" in error && error.code === "ENOSPC") return "the disk is full: free some space and start again";
  if (error instanceof AggregateError) return error.errors.map(explain).join("; ");
  return error instanceof Error ? error.message : String(error);
};
