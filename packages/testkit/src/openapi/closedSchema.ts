import type { OpenApiDocument } from "@cart/http-kit";

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A schema of the document with its references resolved, whose objects refuse what they do not name. Clients are told
 * that members may be added; a test is to see that each one is described.
 */
export const closedSchema = (document: OpenApiDocument, schema: Json): Json => {
  const close = (value: unknown, isPart = false): unknown => {
    if (Array.isArray(value)) return value.map((item) => close(item, isPart));
    if (!isJson(value)) return value;
    const { $ref: reference } = value;
    if (typeof reference === "string") return close(document.components.schemas[reference.slice("#/components/schemas/".length)], isPart);
    const { examples: _examples, ...rest } = value;
    const members = Object.fromEntries(
      Object.entries(rest).map(([key, member]): [string, unknown] => [
        key,
        key === "properties" ? closeEach(member) : close(member, key === "allOf"),
      ]),
    );
    if ("allOf" in value) return { ...members, unevaluatedProperties: false };
    return "properties" in value && !isPart ? { additionalProperties: false, ...members } : members;
  };
  /** Its keys are names and no keywords. */
  const closeEach = (properties: unknown): unknown =>
    isJson(properties) ? Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, close(property)])) : properties;
  return close(schema) as Json;
};
