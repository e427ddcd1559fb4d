import type { FieldError } from "./httpProblem.ts";

/** A surrogate without its other half, or NUL: neither MySQL's JSON nor UTF-8 can hold the one, and many a reader stops at the other. */
const isUnstorable = (text: string): boolean => text.includes("\0") || /\p{Surrogate}/u.test(text);

/** The strings in a JSON value that cannot be stored as they are, by their paths: `items/0/name`. */
export const unstorableStrings = (value: unknown, path = ""): FieldError[] => {
  if (typeof value === "string")
    return isUnstorable(value) ? [{ field: path, message: "must be text without NUL or a lone surrogate" }] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => unstorableStrings(member, path === "" ? name : `${path}/${name}`));
};
