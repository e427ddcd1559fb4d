import type { FieldError } from "@cart/process-kit";

/**
 * Finds the parts of a value that must not be stored, whatever its schema says, by their paths: `items/0/name`. Nearly every
 * value has none, so it is checked before any path is made.
 */
export const unstorableValues = (value: unknown): FieldError[] => (isStorable(value) ? [] : errorsIn(value, ""));

const isStorable = (value: unknown): boolean => {
  if (typeof value === "string") return isText(value);
  // Ajv checks no limit of a number that it has made of a text such as 1e400.
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value !== "object" || value === null || Object.values(value).every(isStorable);
};

/** A lone surrogate is in no UTF-8 and in no JSON of MySQL. A control character (C0, DEL, C1) spoils what others print or parse. */
export const isText = (text: string): boolean => !/[\p{Control}\p{Surrogate}]/u.test(text);

const errorsIn = (value: unknown, path: string): FieldError[] => {
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([name, member]) => errorsIn(member, path === "" ? name : `${path}/${name}`));
  }
  if (isStorable(value)) return [];
  return [
    {
      field: path,
      message: typeof value === "string" ? "must be text without control characters or a lone surrogate" : "must be a finite number",
    },
  ];
};
