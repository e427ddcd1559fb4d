import type { TObject, TSchema } from "typebox";

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A value that fits the schema, made of its `examples` and those of its parts. Throws where there is none, because a tool
 * would make one up that no service accepts: each text and number needs `examples`, a constant or a default.
 */
export const exampleOf = (schema: TSchema, at: string): unknown => exampleOfJson(schema, at);

/** The members of an example of an object. */
export const exampleMembers = ({ properties }: TObject, at: string): Json => ofEach(properties, at);

const exampleOfJson = (schema: unknown, at: string): unknown => {
  if (!isJson(schema)) throw new Error(`${at} has no schema`);
  const { examples, enum: values, properties, items, anyOf } = schema;
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  for (const keyword of ["const", "default"]) if (keyword in schema) return schema[keyword];
  if (Array.isArray(values)) return values[0];
  if (isJson(properties)) return ofEach(properties, at);
  if (items !== undefined) return [exampleOfJson(items, `${at}/0`)];
  if (Array.isArray(anyOf)) return exampleOfJson(anyOf[0], at);
  throw new Error(`${at} has no example: give its schema \`examples\``);
};

const ofEach = (properties: Json, at: string): Json =>
  Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, exampleOfJson(property, `${at}/${name}`)]));
