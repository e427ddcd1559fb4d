import type { ProblemKind } from "@cart/process-kit";
import { type TObject, type TSchema, Type } from "typebox";

/** One answer of an operation. An optional member of `headers` is missing from some of these answers. */
export type DescribedAnswer = {
  readonly description: string;
  readonly headers?: TObject;
  /** The body's schema by its media type; without it there is no body. */
  readonly content?: Readonly<Record<string, TSchema>>;
  /** A JSON body of this operation, if operations with other answers share its schema; by default the schema's own example. */
  readonly example?: unknown;
};

/** A problem with which an operation may answer, and what its answers have beyond what every problem has. */
export type DescribedProblem = ProblemKind & { readonly members?: TObject; readonly headers?: TObject };

export type DescribedBody = {
  readonly schema: TSchema;
  /** A body that is not required and left out is `{}`. */
  readonly required: boolean;
  /** Names of the fields that a token fills in where the body leaves them out: the document requires none of them. */
  readonly fromToken?: readonly string[];
};

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What one route takes and answers. `route` makes it of the schemas with which the route validates. */
export type Operation = {
  readonly method: Method;
  /** As OpenAPI spells it: `/carts/{id}`. */
  readonly path: `/${string}`;
  /** Unique in a document: generated clients name their functions by it. */
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** The parameters in the path. */
  readonly params?: TObject;
  readonly query?: TObject;
  readonly headers?: TObject;
  readonly body?: DescribedBody;
  /** The successful answers by their status. */
  readonly answers: Readonly<Record<number, DescribedAnswer>>;
  readonly problems: readonly DescribedProblem[];
  /** A token needs one of these scopes; without the list, any valid token is enough. */
  readonly scopes?: readonly string[];
  /** Whether it takes a bearer token, if the service checks tokens. */
  readonly isGuarded: boolean;
};

/** The headers of a problem that passes. */
export const retryLater = Type.Object({
  "Retry-After": Type.String({ pattern: "^\\d+$", description: "seconds to wait before the next attempt", examples: ["1"] }),
});
