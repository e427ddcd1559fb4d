import type { DomainErrorCode } from "@cart/domain";
import { type DescribedProblem, retryLater } from "@cart/http-kit";
import { type Static, type TObject, Type } from "typebox";
import { exampleCartId, exampleTime } from "../examples.ts";
import { cartArchived, commandTooLarge, domainProblems, failureProblems, idempotencyKeyReused, versionMismatch } from "./commandProblem.ts";

/** The answers of a route that executes a command: its body has this schema, and `example` is the body to the route's example. */
export const executed = <Schema extends TObject>(schema: Schema, example: Static<Schema> & { readonly version: number }) => ({
  200: {
    description: "The command was executed and its events are stored.",
    example,
    headers: Type.Object({
      ETag: Type.String({ pattern: '^"\\d+"$', description: "the version after the command", examples: [`"${example.version}"`] }),
      "Idempotency-Replayed": Type.Optional(
        Type.Literal("true", {
          description: "the stored answer to an earlier request with this key; nothing was executed",
        }),
      ),
    }),
    content: { "application/json": schema },
  },
});

const commonCommandProblems: readonly DescribedProblem[] = [
  {
    ...versionMismatch,
    members: Type.Object({
      current_version: Type.Integer({ minimum: 0, description: "0 if the cart or policy does not exist", examples: [3] }),
    }),
    headers: Type.Object({
      ETag: Type.Optional(Type.String({ description: "the current version, unless it is 0", examples: ['"3"'] })),
    }),
  },
  idempotencyKeyReused,
  commandTooLarge,
  {
    ...cartArchived,
    members: Type.Object({
      cart_id: Type.String({ format: "uuid", description: "the archived cart", examples: [exampleCartId] }),
      archived_at: Type.String({ format: "date-time", examples: [exampleTime] }),
    }),
  },
  ...Object.values(failureProblems).map((kind) => ({ ...kind, headers: retryLater })),
];

/** What the problems of some refusals have beyond what every problem has. */
const refusalMembers: Partial<Readonly<Record<DomainErrorCode, TObject>>> = {
  CART_CLOSED: Type.Object({ order_id: Type.String({ description: "the order that the cart became", examples: ["order-789"] }) }),
};

const refused = (code: DomainErrorCode): DescribedProblem => {
  const members = refusalMembers[code];
  return { ...domainProblems[code], ...(members === undefined ? {} : { members }) };
};

/** A refusal that may be one of an operation among several. */
export const ofOperation = (problem: DescribedProblem): DescribedProblem => ({
  ...problem,
  members: Type.Object({ ...problem.members?.properties, operation: operationMember }),
});

const operationMember = Type.Optional(
  Type.Integer({ minimum: 0, description: "the place of the refused operation in `operations`, from 0", examples: [0] }),
);

/** The problems of a route that executes a command: those of every command, and the refusals of the domain. */
export const refusedFor = (...refusals: readonly DomainErrorCode[]): readonly DescribedProblem[] => [
  ...commonCommandProblems,
  ...refusals.map(refused),
];
