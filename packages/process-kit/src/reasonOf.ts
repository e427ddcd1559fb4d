/** Returns the reason of an error in one line that is safe to show: a password in a quoted URL is removed. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "failed";
  // An aggregate of connection errors has a code but no message.
  const code = "code" in error ? String(error.code) : error.name;
  return (error.message || code).replaceAll(/\/\/[^/\s]*@/g, "//").replaceAll(/\s+/g, " ");
};
