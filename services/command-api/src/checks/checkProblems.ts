import { type DescribedProblem, retryLater } from "@cart/http-kit";
import type { ProblemKind } from "@cart/process-kit";
import { Type } from "typebox";
import { checkReason } from "./checkMessages.ts";

export const changeRefused: ProblemKind = { status: 422, type: "/problems/change-refused", title: "The shop refused the change" };

export const checkUnavailable: ProblemKind = {
  status: 503,
  type: "/problems/check-unavailable",
  title: "The shop's check does not answer",
};

/** The problems of a route whose change the shop is asked about. */
export const checkProblems: readonly DescribedProblem[] = [
  {
    ...changeRefused,
    members: Type.Object({
      reasons: Type.Array(checkReason, {
        description: "the shop's reasons",
        examples: [[{ code: "OUT_OF_STOCK", message: "only 1 is left", item_id: "item-456" }]],
      }),
    }),
  },
  { ...checkUnavailable, headers: retryLater },
];
