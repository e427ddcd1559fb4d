import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { OpenApiDocument, OpenApiResponse } from "@cart/http-kit";
import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { closedSchema } from "./closedSchema.ts";
import { operationsOf } from "./operationsOf.ts";

export type AnswerCheck = {
  /** The app, with each of its answers looked at. */
  readonly listener: RequestListener;
  /** Throws with what was answered otherwise than the document says. Call it when all is answered. */
  readonly assertAllDescribed: () => void;
};

const seen = new Set<string>();

/**
 * What any suite of this process was answered so far: `addItem 409 /problems/cart-closed`, or `getCart 200` for an answer
 * that is no problem.
 */
export const answersSeen: ReadonlySet<string> = seen;

/**
 * Holds every answer of an app to its OpenAPI document: its status, content type, headers and body, which may have no
 * member that the document does not name. What is answered at an address or to a method that the document does not have
 * must be a problem that says so.
 */
export const checkAnswers = (app: RequestListener, document: OpenApiDocument): AnswerCheck => {
  const operations = operationsOf(document).map((operation) => ({ ...operation, pattern: patternOf(operation.path) }));
  const isValid = createValidators(document);
  const mistakes = new Set<string>();

  const mistakeOf = (req: IncomingMessage, res: ServerResponse, text: string): string | undefined => {
    const { pathname } = new URL(req.url ?? "/", "http://localhost");
    const method = req.method === "HEAD" ? "GET" : req.method;
    const called = operations.find(({ pattern, ...each }) => each.method === method && pattern.test(pathname));
    const type = mediaType(res);
    const body: unknown = type?.endsWith("json") === true && text !== "" ? JSON.parse(text) : undefined;
    if (called === undefined) {
      const expected = operations.some(({ pattern }) => pattern.test(pathname)) ? "method-not-allowed" : "not-found";
      return problemTypeIn(body) === `/problems/${expected}` || req.method === "HEAD" ? undefined : `is no problem of type ${expected}`;
    }
    seen.add([called.operation.operationId, res.statusCode, problemTypeIn(body)].filter((part) => part !== undefined).join(" "));
    const response = called.operation.responses[res.statusCode];
    if (response === undefined) return "has a status that is not described";
    const headers = mistakeInHeaders(response, res, isValid);
    if (headers !== undefined) return headers;
    if (req.method === "HEAD") return undefined;
    if (response.content === undefined) return text === "" ? undefined : "has a body that is not described";
    const schema = type === undefined ? undefined : response.content[type]?.schema;
    if (schema === undefined) return `has the content type ${type}, which is not described`;
    return type?.endsWith("json") === true ? isValid(schema, body) : undefined;
  };

  return {
    listener: (req, res) => {
      const chunks = keepChunks(res);
      res.once("finish", () => {
        const mistake = mistakeOf(req, res, textOf(res, Buffer.concat(chunks)));
        if (mistake !== undefined) mistakes.add(`${req.method} ${req.url}: ${res.statusCode} ${mistake}`);
      });
      app(req, res);
    },
    assertAllDescribed: () => {
      if (mistakes.size > 0) throw new Error(["answers that the OpenAPI document does not describe:", ...mistakes].join("\n  "));
    },
  };
};

/** As Express matches it: in any case, with or without a slash at its end. */
const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.")}/?$`, "i");

const mediaType = (res: ServerResponse): string | undefined => {
  const value = res.getHeader("Content-Type");
  return typeof value === "string" ? value.split(";")[0] : undefined;
};

const problemTypeIn = (body: unknown): string | undefined =>
  typeof body === "object" && body !== null && "type" in body && "title" in body ? String(body.type) : undefined;

type IsValid = (schema: object, value: unknown) => string | undefined;

const mistakeInHeaders = ({ headers }: OpenApiResponse, res: ServerResponse, isValid: IsValid): string | undefined => {
  for (const [name, { required, schema }] of Object.entries(headers)) {
    const value = res.getHeader(name);
    if (value === undefined && required) return `lacks the header ${name}`;
    const mistake = value === undefined ? undefined : isValid(schema, value);
    if (mistake !== undefined) return `has the header ${name}: ${String(value)}, which ${mistake}`;
  }
  return undefined;
};

/** Says what is wrong with a value. Header values are strings, whatever their schema. */
const createValidators = (document: OpenApiDocument): IsValid => {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, coerceTypes: false, allErrors: true });
  formats.default(ajv);
  const compiled = new Map<object, ValidateFunction>();
  return (schema, value) => {
    const validate = compiled.get(schema) ?? ajv.compile(closedSchema(document, { ...schema }));
    compiled.set(schema, validate);
    return validate(value) ? undefined : `does not fit its schema: ${ajv.errorsText(validate.errors, { dataVar: "body" })}`;
  };
};

/** What is written as the body. A stream's is not kept, since it may have no end. */
const keepChunks = (res: ServerResponse): Buffer[] => {
  const chunks: Buffer[] = [];
  for (const name of ["write", "end"] as const) {
    const original = res[name].bind(res) as (...args: unknown[]) => never;
    res[name] = (...args: unknown[]) => {
      const [chunk] = args;
      if (mediaType(res) !== "text/event-stream") {
        if (typeof chunk === "string") chunks.push(Buffer.from(chunk));
        else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
      }
      return original(...args);
    };
  }
  return chunks;
};

const decoders: Readonly<Record<string, (body: Buffer) => Buffer>> = { br: brotliDecompressSync, gzip: gunzipSync };

/** The body without its content encoding. */
const textOf = (res: ServerResponse, body: Buffer): string => {
  const decode = decoders[String(res.getHeader("Content-Encoding"))];
  return (decode === undefined || body.length === 0 ? body : decode(body)).toString();
};
