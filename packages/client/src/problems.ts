import type { components as CommandComponents, paths as CommandPaths } from "./generated/commandApi.ts";
import type { paths as QueryPaths } from "./generated/queryApi.ts";

type ProblemOf<Response> = Response extends { readonly content: { readonly "application/problem+json": { readonly type: infer Type } } }
  ? Type
  : never;
type ProblemsOf<Operation> = Operation extends { readonly responses: infer Responses }
  ? { [Status in keyof Responses]: ProblemOf<Responses[Status]> }[keyof Responses]
  : never;
type ProblemsIn<Paths> = {
  [Path in keyof Paths]: { [Method in keyof Paths[Path]]: ProblemsOf<Paths[Path][Method]> }[keyof Paths[Path]];
}[keyof Paths];

/** The stable name of a kind of problem, as the APIs' documents list them. */
export type ProblemType = ProblemsIn<CommandPaths> | ProblemsIn<QueryPaths>;

/** The members of every problem. A problem of some types has more, such as `current_version`. */
export type ProblemBody = CommandComponents["schemas"]["Problem"] & Readonly<Record<string, unknown>>;

/** An answer that refuses the request: an RFC 9457 problem. Branch on `type`, never on the texts. */
export class CartProblem extends Error {
  override readonly name = "CartProblem";
  readonly status: number;
  /** A `ProblemType`, one of a newer release, or "about:blank" if something between the client and the API answered. */
  readonly type: ProblemType | (string & {});
  readonly body: ProblemBody;

  constructor(body: ProblemBody) {
    super(`${body.title}${body.detail === undefined ? "" : `: ${body.detail}`} (${body.status} ${body.type})`);
    this.status = body.status;
    this.type = body.type;
    this.body = body;
  }

  /** Whether it is of one of these types. The compiler knows all types. */
  is(...types: readonly ProblemType[]): boolean {
    return types.some((type) => type === this.type);
  }
}

/**
 * Statuses after which another attempt can work: of the API itself, and of a gateway in front of it. 421 is from the cell that a
 * tenant has left, after which the gateway sends its requests to another one.
 */
export const temporaryStatuses: ReadonlySet<number> = new Set([421, 429, 502, 503, 504]);

/** No answer came, after all attempts. Repeating a command with the same idempotency key is safe. */
export class CartUnreachable extends Error {
  override readonly name = "CartUnreachable";
}

export const problemOf = (response: Response, body: unknown): CartProblem => {
  const { status, statusText } = response;
  if (isProblem(body)) return new CartProblem({ ...body, status });
  return new CartProblem({ type: "about:blank", title: statusText === "" ? `HTTP ${status}` : statusText, status });
};

const isProblem = (body: unknown): body is ProblemBody =>
  typeof body === "object" &&
  body !== null &&
  "type" in body &&
  typeof body.type === "string" &&
  "title" in body &&
  typeof body.title === "string";
