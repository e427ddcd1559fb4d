import type { FieldError } from "@cart/process-kit";

/** The parts of a value that no schema refuses and no database takes, by their paths: `items/0/name`. */
export const unstorableValues = (value: unknown, path = ""): FieldError[] => {
  if (typeof value === "string") return isText(value) ? [] : [{ field: path, message: "must be text without NUL or a lone surrogate" }];
  // Ajv looks at no limit of a number that it has made of a text such as 1e400.
  if (typeof value === "number") return Number.isFinite(value) ? [] : [{ field: path, message: "must be a finite number" }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => unstorableValues(member, path === "" ? name : `${path}/${name}`));
};

/** A surrogate without its other half is in no UTF-8 and in no JSON of MySQL, and many a reader stops at NUL. */
const isText = (text: string): boolean => !text.includes("\0") && !/\p{Surrogate}/u.test(text);
