import type { ProblemKind } from "@cart/process-kit";
import { type TObject, type TSchema, Type } from "typebox";

/** One answer of an operation. An optional member of `headers` is not in every such answer. */
export type DescribedAnswer = {
  readonly description: string;
  readonly headers?: TObject;
  /** The body's schema by its media type; without it there is no body. */
  readonly content?: Readonly<Record<string, TSchema>>;
};

/** A problem that an operation may answer with, and what its answers have beside what every problem has. */
export type DescribedProblem = ProblemKind & { readonly members?: TObject; readonly headers?: TObject };

/**
 * What one route takes and answers, in the schemas that its handlers validate and
 * type with, so that nothing is said twice.
 */
export type Operation = {
  /** In every document once: generated clients name their functions by it. */
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** The parameters in the path. */
  readonly path?: TObject;
  readonly query?: TObject;
  readonly headers?: TObject;
  readonly body?: { readonly schema: TSchema; readonly required: boolean };
  /** The answers that are no problems, by their status. */
  readonly answers: Readonly<Record<number, DescribedAnswer>>;
  readonly problems: readonly DescribedProblem[];
  /** It takes a bearer token, when the service checks them. `guarded` sets it. */
  readonly isGuarded?: boolean;
};

/** The headers of a problem that passes. */
export const retryLater = Type.Object({ "Retry-After": Type.String({ pattern: "^\\d+$", description: "seconds" }) });

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** By method and path, as `GET /carts/{id}`. */
export type Operations = Readonly<Record<`${Method} /${string}`, Operation>>;
