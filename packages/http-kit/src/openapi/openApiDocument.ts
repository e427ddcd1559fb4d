import { problemSchema } from "@cart/process-kit";
import { type TObject, type TSchema, Type } from "typebox";
import type { DescribedAnswer, DescribedProblem, Operation, Operations } from "./operation.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

export type OpenApiParameter = {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
};

export type OpenApiHeader = { readonly description?: string; readonly required: boolean; readonly schema: JsonSchema };

export type OpenApiResponse = {
  readonly description: string;
  readonly headers: Readonly<Record<string, OpenApiHeader>>;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema; readonly examples?: object }>>;
};

export type OpenApiOperation = {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly OpenApiParameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
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
  readonly operations: Operations;
  /** Schemas that get a name: wherever one of these very objects is part of another, the document refers to it. */
  readonly schemas: Readonly<Record<string, TSchema>>;
};

/** Every answer of every service has these. */
const commonHeaders = Type.Object({
  "X-Correlation-Id": Type.String({ description: "finds the request in the logs: the client's own, or a new one" }),
});

/** The OpenAPI document of a service's operations. */
export const openApiDocument = ({ title, version, description, tags, operations, schemas }: OpenApiOptions): OpenApiDocument => {
  const named = { Problem: problemSchema, ...schemas };
  const toJson = referringTo(named);
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const [key, operation] of Object.entries(operations)) {
    const [method = "", path = ""] = key.split(" ");
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(operation, toJson) };
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

/** Copies a schema as JSON, with a `$ref` in the place of each schema that has a name. */
const referringTo = (named: Readonly<Record<string, TSchema>>): ToJson => {
  const names = new Map<unknown, string>(Object.entries(named).map(([name, schema]) => [schema, name]));
  const copy = (value: unknown): unknown => {
    const name = names.get(value);
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
    return members(value);
  };
  const members = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]): [string, unknown] => [key, copy(member)]));
  };
  return (schema, { asReference } = { asReference: true }) => (asReference ? copy(schema) : members(schema)) as JsonSchema;
};

const describe = (
  { operationId, tag, summary, description, path, query, headers, body, answers, problems, isGuarded = false }: Operation,
  toJson: ToJson,
): OpenApiOperation => ({
  operationId,
  tags: [tag],
  summary,
  ...(description === undefined ? {} : { description }),
  parameters: [...parameters("path", path, toJson), ...parameters("query", query, toJson), ...parameters("header", headers, toJson)],
  ...(body === undefined
    ? {}
    : { requestBody: { required: body.required, content: { "application/json": { schema: toJson(body.schema) } } } }),
  responses: Object.fromEntries([
    ...Object.entries(answers).map(([status, answer]) => [status, response(answer, toJson)] as const),
    ...byStatus(problems).map(([status, group]) => [String(status), problemResponse(status, group, toJson)] as const),
  ]),
  security: isGuarded ? [{ bearerAuth: [] }, {}] : [],
});

/** What stands beside the parameter or header and not in its schema. */
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
  }));

const isRequired = (schema: TObject | undefined, name: string): boolean => schema?.required?.includes(name) ?? false;

const response = ({ description, headers, content }: DescribedAnswer, toJson: ToJson): OpenApiResponse => ({
  description,
  headers: { ...describeHeaders(commonHeaders, toJson), ...describeHeaders(headers, toJson) },
  ...(content === undefined
    ? {}
    : { content: Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema: toJson(schema) }])) }),
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
          problems.map(({ type, title }) => [type.slice(type.lastIndexOf("/") + 1), { summary: title, value: { type, title, status } }]),
        ),
      },
    },
  };
};
