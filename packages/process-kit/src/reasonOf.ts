/** One line on why something failed, fit to be shown: without the password of a URL that the error quotes. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "failed";
  // An aggregate of connection errors has a code but no message.
  const code = "code" in error ? String(error.code) : error.name;
  return (error.message || code).replaceAll(/\/\/[^/\s]*@/g, "//").replaceAll(/\s+/g, " ");
};
