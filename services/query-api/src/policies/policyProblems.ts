import { HttpProblem } from "@cart/process-kit";

/** The kinds of problem that routes of policies have besides the common ones. */
export const policyProblems = {
  notFound: { status: 404, type: "/problems/not-found", title: "The tenant has no policy" },
  versionNotReached: { status: 503, type: "/problems/version-not-reached", title: "The policy does not have this version yet" },
} as const;

export const policyNotFound = (): HttpProblem => new HttpProblem(policyProblems.notFound);

/** For `min_version`: a version that may still come. */
export const policyVersionNotReached = (version: number): HttpProblem =>
  new HttpProblem({
    ...policyProblems.versionNotReached,
    detail: `the policy did not reach version ${version} in time`,
    headers: { "Retry-After": "1" },
  });
