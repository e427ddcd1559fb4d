import { commonProblems, type FieldError, HttpProblem } from "@cart/process-kit";
import { Ajv, type ErrorObject } from "ajv";
import formats from "ajv-formats";
import type { Static, TSchema } from "typebox";
import { textPatterns } from "./text.ts";
import { unstorableValues } from "./unstorableValues.ts";

/** Enough to repair a form by; a hostile body could cause thousands. */
const maxErrors = 50;

export type ValidatorOptions = {
  /**
   * For path parameters, queries and headers, which are all strings: converts them to the schema's types and sets
   * defaults. A body is taken as it is.
   */
  readonly coerce?: boolean;
};

const compiler = (coerce: boolean): Ajv => {
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: true, discriminator: true, coerceTypes: coerce, useDefaults: coerce });
  formats.default(ajv, ["date-time", "date"]);
  // The format of ajv-formats also accepts "urn:uuid:…", which no client means as an id.
  ajv.addFormat("uuid", /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i);
  return ajv;
};

/**
 * A compiler checks each schema by the schema of schemas, which it compiles first: that takes longer than most schemas of routes. It
 * compiles a schema that several routes share once.
 */
const compilers = { coercing: compiler(true), exact: compiler(false) };

/**
 * Compiles the schema, so call it once at start. The function that it returns gives the value back with its type, or throws
 * a 400 `HttpProblem` of type `/problems/validation`, whose `errors` name each bad field. Text and numbers that no database
 * can store are refused in every field. The schema's objects should refuse additional properties.
 */
export const validator = <Schema extends TSchema>(
  schema: Schema,
  { coerce = false }: ValidatorOptions = {},
): ((value: unknown) => Static<Schema>) => {
  const isValid = (coerce ? compilers.coercing : compilers.exact).compile<Static<Schema>>(schema);

  return (value) => {
    if (value === undefined) throw invalid([], "a request body is required");
    // Coercion writes into the object, which belongs to the caller. Parameters have no deeper level, and copying one is cheap.
    const candidate: unknown = coerce && typeof value === "object" ? { ...value } : value;
    if (!isValid(candidate)) throw invalid(fieldErrorsOf(isValid.errors ?? []));
    const unstorable = unstorableValues(candidate);
    if (unstorable.length > 0) throw invalid(unstorable);
    return candidate;
  };
};

const invalid = (errors: readonly FieldError[], detail?: string): HttpProblem =>
  new HttpProblem({ ...commonProblems.validation, detail, members: { errors } });

const fieldErrorsOf = (errors: readonly ErrorObject[]): FieldError[] => {
  const byField = new Map<string, Set<string>>();
  for (const error of errors) {
    const field = fieldOf(error);
    byField.set(field, (byField.get(field) ?? new Set()).add(messageOf(error)));
    if (byField.size === maxErrors) break;
  }
  return [...byField].map(([field, messages]) => ({ field, message: [...messages].join(", ") }));
};

/** `items/0/price`: the JSON pointer of the field at fault without its first slash; empty for the whole value. */
const fieldOf = (error: ErrorObject): string => {
  const member: unknown = error.params["missingProperty"] ?? error.params["additionalProperty"] ?? error.params["tag"];
  const path = error.instancePath.slice(1);
  if (typeof member !== "string") return path;
  return path === "" ? member : `${path}/${member}`;
};

const messageOf = (error: ErrorObject): string => {
  switch (error.keyword) {
    case "required":
      return "is required";
    case "additionalProperties":
      return "is not a known field";
    case "enum":
      return `must be one of ${String(error.params["allowedValues"]).replaceAll(",", ", ")}`;
    case "discriminator":
      return "must be one of the documented values";
    case "const":
      return `must be ${String(error.params["allowedValue"])}`;
    case "pattern": {
      const expected = String(error.params["pattern"]);
      const ofText = textPatterns.get(expected);
      if (ofText !== undefined) return ofText;
      const example = exampleIn(error.parentSchema);
      const pattern = `must match ${expected}`;
      return example === undefined ? pattern : `${pattern}, as ${example} does`;
    }
    case "format":
      return `must be a ${String(error.params["format"])}`;
    default:
      return error.message ?? "is not valid";
  }
};

const exampleIn = (schema: ErrorObject["parentSchema"]): string | undefined => {
  const examples: unknown = schema?.["examples"];
  return Array.isArray(examples) && examples.length > 0 ? String(examples[0]) : undefined;
};
