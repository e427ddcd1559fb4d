import { Type } from "typebox";
import type { ProblemKind } from "./problemKind.ts";

/** RFC 9457 problem details as every API answers them; a problem may have more members. */
export const problemSchema = Type.Object({
  type: Type.String({
    description: "identifies the kind of problem; it is stable, so clients can branch on it",
    examples: ["/problems/validation"],
  }),
  title: Type.String({ description: "what the type means" }),
  status: Type.Integer({ description: "the HTTP status" }),
  detail: Type.Optional(Type.String({ description: "what is wrong with this request" })),
  correlation_id: Type.Optional(Type.String({ description: "identifies the request in the logs" })),
  errors: Type.Optional(
    Type.Array(Type.Object({ field: Type.String(), message: Type.String() }), {
      description: "each bad field of the request, nested as items/0/price",
    }),
  ),
});

export type FieldError = { readonly field: string; readonly message: string };

export type HttpProblemInit = ProblemKind & {
  readonly detail?: string | undefined;
  /** More members of the problem document. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Headers of the answer, such as `Allow` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
};

/** Thrown by a handler to answer with a problem document; `problemHandler` writes it. Its text is for the client. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor({ status, type, title, detail, members = {}, headers = {} }: HttpProblemInit, options?: ErrorOptions) {
    super(detail ?? title, options);
    this.status = status;
    this.type = type;
    this.title = title;
    this.detail = detail;
    this.members = members;
    this.headers = headers;
  }
}
