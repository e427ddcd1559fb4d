import { commonProblems, timeoutProblem } from "@cart/process-kit";
import { Type } from "typebox";
import { accessProblems } from "../access/accessProblems.ts";
import { type DescribedProblem, type Operation, retryLater } from "../openapi/operation.ts";

/** How to authenticate (RFC 9110, 11.6.1). */
const challenge = Type.Object({ "WWW-Authenticate": Type.String({ pattern: "^Bearer ", examples: ['Bearer realm="api"'] }) });

/** For a route whose handler refuses what the token does not allow. A route with an access rule has it already. */
export const forbiddenProblem: DescribedProblem = { ...accessProblems.forbidden, headers: challenge };

const bodyProblems = [commonProblems.malformedJson, commonProblems.payloadTooLarge, commonProblems.unsupportedMediaType];

/** The problems of the middlewares in front of every route. */
const guardProblems: readonly DescribedProblem[] = [
  { ...accessProblems.unauthorized, headers: challenge },
  { ...accessProblems.rateLimited, headers: retryLater },
  { ...accessProblems.keysUnavailable, headers: retryLater },
  { ...timeoutProblem, headers: retryLater },
];

type Takes = Pick<Operation, "params" | "query" | "headers" | "body" | "problems"> & { readonly hasAccessRule: boolean };

/** The route's own problems, and those that follow from what it takes. */
export const allProblems = ({ params, query, headers, body, problems, hasAccessRule }: Takes): readonly DescribedProblem[] => [
  ...((params ?? query ?? headers ?? body) === undefined ? [] : [commonProblems.validation]),
  // A path whose percent-encoding is broken.
  ...(params === undefined ? [] : [commonProblems.badRequest]),
  ...(body === undefined ? [] : bodyProblems),
  ...problems,
  ...(hasAccessRule ? [forbiddenProblem] : []),
  ...guardProblems,
];
