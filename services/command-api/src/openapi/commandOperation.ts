import type { DomainErrorCode } from "@cart/domain";
import { type DescribedProblem, type Operation, retryLater } from "@cart/http-kit";
import { commonProblems } from "@cart/process-kit";
import { type TObject, Type } from "typebox";
import { domainProblems, failureProblems, idempotencyKeyReused, versionMismatch } from "../commands/commandProblem.ts";
import { commandHeaders } from "../commands/requestHeaders.ts";

const etag = Type.String({ pattern: '^"\\d+"$', description: "the version after the command" });

const carriedOut = (schema: TObject) => ({
  200: {
    description: "The command was carried out and is stored.",
    headers: Type.Object({
      ETag: etag,
      "Idempotency-Replayed": Type.Optional(
        Type.Literal("true", { description: "this is the first answer to this Idempotency-Key again: nothing was done" }),
      ),
    }),
    content: { "application/json": schema },
  },
});

const ofBodies = [commonProblems.malformedJson, commonProblems.payloadTooLarge, commonProblems.unsupportedMediaType];

const ofCommands: readonly DescribedProblem[] = [
  commonProblems.validation,
  commonProblems.badRequest,
  {
    ...versionMismatch,
    members: Type.Object({ current_version: Type.Integer({ minimum: 0, description: "0 when there is none" }) }),
    headers: Type.Object({ ETag: Type.Optional(Type.String({ description: "that version, unless it is 0" })) }),
  },
  idempotencyKeyReused,
  ...Object.values(failureProblems).map((kind) => ({ ...kind, headers: retryLater })),
];

export type DescribedCommand = Pick<Operation, "operationId" | "summary" | "description" | "body"> & {
  readonly path?: TObject;
  readonly answer?: TObject;
  /** What the domain may refuse it for. */
  readonly refusals: readonly DomainErrorCode[];
  readonly more?: readonly DescribedProblem[];
};

type OfItsKind = { readonly tag: string; readonly path: TObject; readonly answer: TObject };

/** What all routes of commands have in common. */
export const commandOperation = ({ answer, refusals, more = [], ...described }: DescribedCommand & OfItsKind): Operation => ({
  ...described,
  headers: commandHeaders,
  answers: carriedOut(answer),
  problems: [...ofCommands, ...(described.body === undefined ? [] : ofBodies), ...refusals.map((code) => domainProblems[code]), ...more],
});
