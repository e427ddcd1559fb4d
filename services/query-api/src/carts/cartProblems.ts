import { HttpProblem } from "@cart/process-kit";
import { Type } from "typebox";
import { exampleObjectKey, exampleTime } from "../examples.ts";

/** The kinds of problem that routes of carts have besides the common ones. */
export const cartProblems = {
  archived: {
    status: 410,
    type: "/problems/cart-archived",
    title: "The cart is in the archive",
    members: Type.Object({
      object_key: Type.String({ description: "the object of the archive that has the cart's events", examples: [exampleObjectKey] }),
      archived_at: Type.String({ format: "date-time", examples: [exampleTime] }),
    }),
  },
  notFound: { status: 404, type: "/problems/not-found", title: "There is no such cart" },
  versionNotFound: { status: 404, type: "/problems/version-not-found", title: "The cart does not have this version" },
  versionNotReached: { status: 503, type: "/problems/version-not-reached", title: "The cart does not have this version yet" },
} as const;

export const cartNotFound = (): HttpProblem => new HttpProblem(cartProblems.notFound);

/** For `at_version`: a version that does not exist. */
export const versionNotFound = (version: number): HttpProblem => {
  const detail = `the cart has no version ${version}`;
  return new HttpProblem({
    ...cartProblems.versionNotFound,
    detail,
    members: { errors: [{ field: "at_version", message: detail }] },
  });
};

/** For `min_version`: a version that may still come. */
export const versionNotReached = (version: number): HttpProblem =>
  new HttpProblem({
    ...cartProblems.versionNotReached,
    detail: `the cart did not reach version ${version} in time`,
    headers: { "Retry-After": "1" },
  });
