/** Something that the user can put right. Its message says what to do, and is printed without a stack. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** The one line for an error: what the user can do, or what the system said. */
export const explain = (error: unknown): string => {
  if (error instanceof UserError) return error.message;
  if (error instanceof Error && "code" in error && error.code === "ENOSPC") return "the disk is full: free some space and start again";
  if (error instanceof AggregateError) return error.errors.map(explain).join("; ");
  return error instanceof Error ? error.message : String(error);
};
