import type { ErrorObject, KeywordDefinition, SchemaValidateFunction } from "ajv";
import { envSchema } from "env-schema";
import type { Static, TObject } from "typebox";

/** The environment does not fit the schema. `lines` has one line for each variable at fault, in the schema's order. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly lines: readonly string[];

  constructor(lines: readonly string[], options?: ErrorOptions) {
    super(`invalid configuration\n${lines.map((line) => `  ${line}`).join("\n")}`, options);
    this.lines = lines;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables that the schema declares, coerced to their types, with defaults
 * for missing and empty ones (compose files pass `NAME=` for a variable that is not
 * set). Throws a `ConfigError` that names every variable at fault.
 *
 * A variable with `needs: ["OTHER"]` may be set (a switch: to true) only if the others are, because an
 * incomplete group is a mistake. In the schema a switch must come before the variables that need it.
 */
export const loadConfig = <Schema extends TObject>(schema: Schema, env: Environment = process.env): Static<Schema> => {
  const data = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  try {
    // A copy, since env-schema sets `additionalProperties` on the schema that it is given.
    return envSchema<Static<Schema>>({
      schema: { ...schema },
      data,
      env: false,
      ajv: { customOptions: (ajv) => ajv.addKeyword(needs) },
    });
  } catch (error) {
    if (!hasSchemaErrors(error)) throw error;
    throw new ConfigError(linesOf(schema, data, error.errors), { cause: error });
  }
};

const othersAreSet: SchemaValidateFunction = (names: readonly string[], value, _property, context) => {
  const values: Readonly<Record<string, unknown>> = context?.parentData ?? {};
  const missing = names.filter((name) => values[name] === undefined || values[name] === false);
  othersAreSet.errors = [{ keyword: "needs", params: { missing }, message: `needs ${missing.join(" and ")} as well` }];
  // A switch that is off needs nothing.
  return missing.length === 0 || value === false;
};

const needs: KeywordDefinition = { keyword: "needs", schemaType: "array", validate: othersAreSet, errors: true };

const hasSchemaErrors = (error: unknown): error is Error & { errors: ErrorObject[] } =>
  error instanceof Error && "errors" in error && Array.isArray(error.errors);

const linesOf = (schema: TObject, data: Environment, errors: readonly ErrorObject[]): string[] =>
  Object.entries(schema.properties).flatMap(([name, property]) => {
    const own = errors.filter((error) => variableOf(error) === name);
    if (own.length === 0) return [];
    const messages = own.map(messageOf);
    const value = own.every(({ keyword }) => keyword === "needs") ? undefined : data[name];
    const { description, default: defaultValue }: { description?: unknown; default?: unknown } = property;
    const purpose = typeof description === "string" ? `: ${description}` : "";
    const fallback =
      defaultValue === undefined ? "" : ` (default ${typeof defaultValue === "string" ? defaultValue : JSON.stringify(defaultValue)})`;
    return [`${name} ${[...new Set(messages)].join(", ")}${shownValue(property, value)}${purpose}${fallback}`];
  });

const variableOf = (error: ErrorObject): unknown =>
  error.keyword === "required" ? error.params["missingProperty"] : error.instancePath.split("/")[1];

const messageOf = (error: ErrorObject): string => {
  switch (error.keyword) {
    case "required":
      return "is missing";
    case "enum":
      return `must be one of ${String(error.params["allowedValues"]).replaceAll(",", ", ")}`;
    case "pattern":
      // The description says it better than a regular expression.
      return "has the wrong form";
    default:
      return error.message ?? "is not valid";
  }
};

/** The value, unless it could be a secret: any string without a fixed list of values. */
const shownValue = (property: object, value: string | undefined): string => {
  const isOpen = !("enum" in property) && "type" in property && property.type === "string";
  return value === undefined || isOpen ? "" : ` but is ${JSON.stringify(value)}`;
};
