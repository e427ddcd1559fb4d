import type { Request, RequestHandler } from "express";
import { type Static, type TObject, type TSchema, Type } from "typebox";
import type { Access, Actor } from "../access/access.ts";
import { accessOf } from "../access/requestAccess.ts";
import { jsonBody } from "../http/jsonBody.ts";
import { validator, type ValidatorOptions } from "../http/validator.ts";
import type { DescribedProblem, Method, Operation } from "../openapi/operation.ts";
import { alreadyAnswered, type AnswerOf, type DescribedAnswers, sendAnswer } from "./answer.ts";
import { allProblems } from "./routeProblems.ts";
import { RouteRequest } from "./routeRequest.ts";

/** Throws the problem of a request that its token does not allow. Not called while the service checks no tokens. */
export type AccessRule<Params> = ((actor: Actor, params: Params) => void) & {
  /** The scopes of which a token needs one, for the document. */
  readonly scopes?: readonly string[];
};

const emptySchema = Type.Object({});
type EmptySchema = typeof emptySchema;

export type RouteBody<Schema extends TSchema, Services> = {
  readonly schema: Schema;
  /** Names of fields that are optional in the schema but that a service with these parts requires. */
  readonly alsoRequired?: (services: Services) => readonly string[];
  /** A body that is not required and left out is `{}`. */
  readonly required: boolean;
  /** Fields that a token fills in where the body leaves them out. */
  readonly fromToken?: Readonly<Record<string, (actor: Actor) => string>>;
};

export type RouteInit<
  Services,
  Answers extends DescribedAnswers,
  Params extends TObject,
  Query extends TObject,
  Headers extends TObject,
  Body extends TSchema,
> = {
  readonly method: Method;
  /** As OpenAPI spells it: `/carts/{id}`. */
  readonly path: `/${string}`;
  /** The path with a slash at its end is another address. */
  readonly isExact?: boolean;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly headers?: Headers;
  readonly body?: RouteBody<Body, Services>;
  readonly answers: Answers;
  /** The problems of its own: those of its schemas, its access rule and the middlewares are added. */
  readonly problems?: readonly DescribedProblem[];
  /** Which tokens are allowed; any valid one when left out. */
  readonly access?: AccessRule<Static<Params>>;
  /** What a ticket in the query has to be for, if the route takes one in the place of a token. */
  readonly ticketFor?: (params: Readonly<Record<string, unknown>>) => string;
  /** Returns the answer, or throws an `HttpProblem`. */
  readonly handle: (
    request: RouteRequest<Static<Params>, Static<Query>, Static<Headers>, Static<Body>>,
    services: Services,
  ) => Answer<NoInfer<Answers>> | Promise<Answer<NoInfer<Answers>>>;
};

type Answer<Answers extends DescribedAnswers> = AnswerOf<Answers> | typeof alreadyAnswered;

/** One route: its operation in the OpenAPI document, and the handlers that validate and answer its requests. */
export type Route<Services> = Operation & {
  readonly ticketFor: ((params: Readonly<Record<string, unknown>>) => string) | undefined;
  /** Compiles the route's schemas, so call it once at start. */
  readonly handlers: (services: Services) => readonly RequestHandler[];
};

/**
 * Makes a route of everything there is to say about it. A request goes through, in this order: parameters of the path,
 * access rule, body, query, headers, handler.
 */
export const route = <
  Services,
  Answers extends DescribedAnswers,
  Params extends TObject = EmptySchema,
  Query extends TObject = EmptySchema,
  Headers extends TObject = EmptySchema,
  Body extends TSchema = EmptySchema,
>(
  init: RouteInit<Services, Answers, Params, Query, Headers, Body>,
): Route<Services> => {
  const { method, path, operationId, tag, summary, description, params, query, headers, body, answers, problems = [], access } = init;
  assertSameNames(`${method} ${path}`, path, params);
  const taken = {
    ...(params === undefined ? {} : { params }),
    ...(query === undefined ? {} : { query }),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body: { ...body, fromToken: Object.keys(body.fromToken ?? {}) } }),
  };
  return {
    method,
    path,
    operationId,
    tag,
    summary,
    ...(description === undefined ? {} : { description }),
    ...taken,
    answers,
    ...(access?.scopes === undefined ? {} : { scopes: access.scopes }),
    problems: allProblems({ ...taken, problems, hasAccessRule: access !== undefined }),
    isGuarded: true,
    ticketFor: init.ticketFor,
    handlers: (services) => {
      const paramsOf = reader(params, (req) => req.params, { coerce: true });
      return [
        ...(init.isExact === true ? [leaveSlashAtEnd] : []),
        ...(access === undefined ? [] : [checkRule(access, paramsOf)]),
        ...(body === undefined ? [] : [jsonBody()]),
        answerRequest(init, paramsOf, services),
      ];
    },
  };
};

const assertSameNames = (name: string, path: string, params: TObject | undefined): void => {
  const inPath = new Set([...path.matchAll(/\{(\w+)\}/g)].map(([, each = ""]) => each));
  const inSchema = Object.keys(params?.properties ?? {});
  if (inPath.size !== inSchema.length || inSchema.some((each) => !inPath.has(each)))
    throw new Error(`${name} needs a schema in params for each name in its path, and for no other`);
};

const leaveSlashAtEnd: RequestHandler = (req, _res, next) => next(req.path.endsWith("/") ? "route" : undefined);

const checkRule =
  <Params>(rule: AccessRule<Params>, paramsOf: (req: Request, access: Access) => Params): RequestHandler =>
  (req, res, next) => {
    const access = accessOf(res);
    const params = paramsOf(req, access);
    if (access !== "unchecked") rule(access, params);
    next();
  };

const answerRequest = <
  Services,
  Answers extends DescribedAnswers,
  Params extends TObject,
  Query extends TObject,
  Headers extends TObject,
  Body extends TSchema,
>(
  { query, headers, body, handle }: RouteInit<Services, Answers, Params, Query, Headers, Body>,
  paramsOf: (req: Request, access: Access) => Static<Params>,
  services: Services,
): RequestHandler => {
  const queryOf = reader(query, queryReader(query), { coerce: true });
  const headersOf = reader(headers, headerReader(headers), { coerce: true });
  const bodyOf = reader(body && requiring(body.schema, body.alsoRequired?.(services) ?? []), bodyReader(body));

  return async (req, res) => {
    const access = accessOf(res);
    const request = new RouteRequest({
      params: paramsOf(req, access),
      body: bodyOf(req, access),
      query: queryOf(req, access),
      headers: headersOf(req, access),
      access,
      req,
      res,
    });
    try {
      const answer = await handle(request, services);
      if (answer !== alreadyAnswered) sendAnswer(res, answer);
    } catch (error) {
      if (!request.isAbandoned) throw error;
    }
  };
};

type Take = (req: Request, access: Access) => unknown;

/** Takes a part of the request and validates it; without a schema the part is an empty object. */
function reader<Schema extends TSchema>(
  schema: Schema | undefined,
  take: Take,
  options?: ValidatorOptions,
): (req: Request, access: Access) => Static<Schema>;
function reader(schema: TSchema | undefined, take: Take, options?: ValidatorOptions): Take {
  if (schema === undefined) return () => empty;
  const valid = validator(schema, options);
  return (req, access) => valid(take(req, access));
}

const empty = Object.freeze({});

/** Returns the schema of an object with more required members. */
const requiring = <Schema extends TSchema>(schema: Schema, names: readonly string[]): Schema => {
  if (names.length === 0) return schema;
  const required: readonly unknown[] = "required" in schema && Array.isArray(schema.required) ? schema.required : [];
  return { ...schema, required: [...required, ...names] };
};

/** Takes the body, with the fields that the token fills in. */
const bodyReader = (body: Pick<RouteBody<TSchema, never>, "required" | "fromToken"> | undefined): Take => {
  const fromToken = Object.entries(body?.fromToken ?? {});
  return (req, access) => {
    const sent: unknown = body?.required === true ? req.body : (req.body ?? {});
    if (fromToken.length === 0 || access === "unchecked" || !isPlainObject(sent)) return sent;
    return { ...Object.fromEntries(fromToken.map(([name, valueOf]) => [name, valueOf(access)])), ...sent };
  };
};

const isPlainObject = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);

const joined = (value: unknown): unknown =>
  Array.isArray(value) && value.every((each): each is string => typeof each === "string") ? value.join(",") : value;

/** Takes the query. A text that is sent several times is one text with commas between; anything else must be sent once. */
const queryReader = (schema: TObject | undefined): Take => {
  const texts = Object.entries(schema?.properties ?? {}).flatMap(([name, property]) =>
    "type" in property && property.type === "string" ? [name] : [],
  );
  return ({ query }) => {
    if (!texts.some((name) => Array.isArray(query[name]))) return query;
    return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, texts.includes(name) ? joined(value) : value]));
  };
};

/** Takes the headers that the schema names, in its spelling. An empty header has no value, unless the schema takes any text. */
const headerReader = (schema: TObject | undefined): Take => {
  const names = Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    key: name.toLowerCase(),
    isText: "type" in property && property.type === "string",
  }));
  return ({ headers }) => {
    const found: Record<string, unknown> = {};
    for (const { name, key, isText } of names) {
      const value = headers[key];
      if (value !== undefined && (isText || value !== "")) found[name] = value;
    }
    return found;
  };
};
