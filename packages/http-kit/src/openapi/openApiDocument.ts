import { problemSchema } from "@cart/process-kit";
import { type TObject, type TSchema, Type } from "typebox";
import { exampleMembers, exampleOf } from "./exampleOf.ts";
import type { DescribedAnswer, DescribedBody, DescribedProblem, Operation } from "./operation.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

export type OpenApiParameter = {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
  /** Of a required parameter: tools send it unless they are told otherwise. */
  readonly example?: unknown;
};

export type OpenApiContent = {
  readonly schema: JsonSchema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;
};

export type OpenApiHeader = { readonly description?: string; readonly required: boolean; readonly schema: JsonSchema };

export type OpenApiResponse = {
  readonly description: string;
  readonly headers: Readonly<Record<string, OpenApiHeader>>;
  readonly content?: Readonly<Record<string, OpenApiContent>>;
};

export type OpenApiOperation = {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly OpenApiParameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, OpenApiContent>> };
  readonly responses: Readonly<Record<string, OpenApiResponse>>;
  /** The alternatives, of which `{}` is a request without a token. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
};

/** The members of OpenAPI 3.1 that this repository uses. */
export type OpenApiDocument = {
  readonly openapi: "3.1.1";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  /** Operations by path and method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: { readonly bearerAuth: JsonSchema };
  };
};

export type OpenApiOptions = {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** What each tag's operations have in common. */
  readonly tags: Readonly<Record<string, string>>;
  readonly operations: readonly Operation[];
  /** Named schemas: wherever one of these very objects is part of another, the document refers to it. */
  readonly schemas: Readonly<Record<string, TSchema>>;
};

/** Every answer of every service has these. */
const commonHeaders = Type.Object({
  "X-Correlation-Id": Type.String({ description: "identifies the request in the logs: the client's own id, or a new one" }),
});

/** The OpenAPI document of a service's operations. Throws when two operations have the same address or the same id. */
export const openApiDocument = ({ title, version, description, tags, operations, schemas }: OpenApiOptions): OpenApiDocument => {
  const named = { Problem: problemSchema, ...schemas };
  const toJson = referringTo(named, filledByToken(operations));
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  const ids = new Set<string>();
  for (const operation of operations) {
    const { path, operationId } = operation;
    const method = operation.method.toLowerCase();
    if (paths[path]?.[method] !== undefined) throw new Error(`there are two operations ${operation.method} ${path}`);
    if (ids.has(operationId)) throw new Error(`there are two operations ${operationId}`);
    ids.add(operationId);
    paths[path] = { ...paths[path], [method]: describe(operation, toJson) };
  }
  return {
    openapi: "3.1.1",
    info: { title, version, description },
    servers: [{ url: "/" }],
    tags: Object.entries(tags).map(([name, text]) => ({ name, description: text })),
    paths,
    components: {
      securitySchemes: { bearerAuth },
      schemas: Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, toJson(schema, { asReference: false })])),
    },
  };
};

const bearerAuth = {
  type: "http",
  scheme: "bearer",
  bearerFormat: "JWT",
  description: "A token of the issuer that the service trusts. A service that checks no tokens takes requests without.",
} as const;

type ToJson = (schema: TSchema, options?: { readonly asReference: boolean }) => JsonSchema;

/** The fields of body schemas that a token fills in, by schema. */
const filledByToken = (operations: readonly Operation[]): ReadonlyMap<unknown, readonly string[]> =>
  new Map(operations.flatMap(({ body }) => (body?.fromToken === undefined ? [] : [[body.schema, body.fromToken] as const])));

/** Copies a schema as JSON, with a `$ref` in place of each named schema, and without requiring what a token fills in. */
const referringTo = (named: Readonly<Record<string, TSchema>>, filled: ReadonlyMap<unknown, readonly string[]>): ToJson => {
  const names = new Map<unknown, string>(Object.entries(named).map(([name, schema]) => [schema, name]));
  const copy = (value: unknown): unknown => {
    const name = names.get(value);
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
    return members(value);
  };
  const members = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== "object" || value === null) return value;
    const copied = Object.fromEntries(Object.entries(value).map(([key, member]): [string, unknown] => [key, copy(member)]));
    const { required } = copied;
    const optional = filled.get(value);
    if (optional === undefined || !Array.isArray(required)) return copied;
    return { ...copied, required: required.filter((name) => !optional.includes(String(name))) };
  };
  return (schema, { asReference } = { asReference: true }) => (asReference ? copy(schema) : members(schema)) as JsonSchema;
};

const describe = (
  { operationId, tag, summary, description, params, query, headers, body, answers, problems, scopes, isGuarded }: Operation,
  toJson: ToJson,
): OpenApiOperation => ({
  operationId,
  tags: [tag],
  summary,
  ...(description === undefined ? {} : { description }),
  parameters: [...parameters("path", params, toJson), ...parameters("query", query, toJson), ...parameters("header", headers, toJson)],
  ...(body === undefined
    ? {}
    : { requestBody: { required: body.required, content: { "application/json": requestContent(operationId, body, toJson) } } }),
  responses: Object.fromEntries([
    ...Object.entries(answers).map(([status, answer]) => [status, response(`${operationId} ${status}`, answer, toJson)] as const),
    ...byStatus(problems).map(([status, group]) => [String(status), problemResponse(status, group, toJson)] as const),
  ]),
  security: isGuarded ? [...(scopes?.map((scope) => ({ bearerAuth: [scope] })) ?? [{ bearerAuth: [] }]), {}] : [],
});

/** The example as it is sent; one without and one with a token when a token fills in fields. */
const requestContent = (operationId: string, { schema, fromToken = [] }: DescribedBody, toJson: ToJson): OpenApiContent => {
  const example = exampleOf(schema, operationId);
  if (fromToken.length === 0 || typeof example !== "object" || example === null) return { schema: toJson(schema), example };
  const withToken = Object.fromEntries(Object.entries(example).filter(([name]) => !fromToken.includes(name)));
  return {
    schema: toJson(schema),
    examples: {
      "without-token": { summary: "To a service that checks no tokens", value: example },
      "with-token": { summary: `With a token, which fills in ${fromToken.join(" and ")}`, value: withToken },
    },
  };
};

/** The description belongs to the parameter or header, not to its schema. */
const withoutDescription = (schema: JsonSchema): { readonly description?: string; readonly schema: JsonSchema } => {
  const { description, ...rest } = schema;
  return typeof description === "string" ? { description, schema: rest } : { schema: rest };
};

const parameters = (place: OpenApiParameter["in"], schema: TObject | undefined, toJson: ToJson): OpenApiParameter[] =>
  Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: isRequired(schema, name),
    ...withoutDescription(toJson(property)),
    ...exampleOfParameter(`${place}/${name}`, property, isRequired(schema, name)),
  }));

/** An optional parameter has its example in its schema only: sent by default, it would change what the operation does. */
const exampleOfParameter = (at: string, schema: TSchema, required: boolean): { readonly example?: unknown } => {
  const example = exampleOf(schema, at);
  return required ? { example } : {};
};

const isRequired = (schema: TObject | undefined, name: string): boolean => schema?.required?.includes(name) ?? false;

const response = (at: string, { description, headers, content, example }: DescribedAnswer, toJson: ToJson): OpenApiResponse => ({
  description,
  headers: { ...describeHeaders(commonHeaders, toJson), ...describeHeaders(headers, toJson) },
  ...(content === undefined
    ? {}
    : {
        content: Object.fromEntries(
          Object.entries(content).map(([type, schema]) => [
            type,
            { schema: toJson(schema), ...(type === "application/json" ? { example: example ?? exampleOf(schema, at) } : {}) },
          ]),
        ),
      }),
});

const describeHeaders = (schema: TObject | undefined, toJson: ToJson): Record<string, OpenApiHeader> =>
  Object.fromEntries(
    Object.entries(schema?.properties ?? {}).map(([name, property]) => [
      name,
      { required: isRequired(schema, name), ...withoutDescription(toJson(property)) },
    ]),
  );

const byStatus = (problems: readonly DescribedProblem[]): (readonly [number, readonly DescribedProblem[]])[] =>
  [...new Set(problems.map(({ status }) => status))]
    .toSorted((a, b) => a - b)
    .map((status) => {
      // The same type of problem may have several causes.
      const ofStatus = problems.filter((problem) => problem.status === status).map((problem) => [problem.type, problem] as const);
      return [status, [...new Map(ofStatus).values()]] as const;
    });

const problemResponse = (status: number, problems: readonly DescribedProblem[], toJson: ToJson): OpenApiResponse => {
  const inAll = (schemaOf: (problem: DescribedProblem) => TObject | undefined, name: string): boolean =>
    problems.every((problem) => isRequired(schemaOf(problem), name));
  const headers = Object.assign({}, ...problems.map((problem) => describeHeaders(problem.headers, toJson))) as Record<
    string,
    OpenApiHeader
  >;
  const members = Object.assign({}, ...problems.map((problem) => problem.members?.properties)) as Record<string, TSchema>;
  const ofThese = Type.Object({
    type: Type.Enum(problems.map(({ type }) => type)),
    status: Type.Literal(status),
    ...Object.fromEntries(
      Object.entries(members).map(([name, schema]) => [name, inAll((problem) => problem.members, name) ? schema : Type.Optional(schema)]),
    ),
  });
  return {
    description: problems.map(({ title }) => title).join("; "),
    headers: {
      ...describeHeaders(commonHeaders, toJson),
      ...Object.fromEntries(
        Object.entries(headers).map(([name, header]) => [name, { ...header, required: inAll((problem) => problem.headers, name) }]),
      ),
    },
    content: {
      "application/problem+json": {
        schema: { type: "object", allOf: [toJson(problemSchema), toJson(ofThese)] },
        examples: Object.fromEntries(
          problems.map(({ type, title, members: own }) => [
            type.slice(type.lastIndexOf("/") + 1),
            { summary: title, value: { type, title, status, ...(own === undefined ? {} : exampleMembers(own, type)) } },
          ]),
        ),
      },
    },
  };
};
