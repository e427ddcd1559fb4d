import { HttpProblem } from "@cart/service-kit";

/** What `validator` throws, for a rule that a schema cannot say. */
export const invalidField = (field: string, message: string): HttpProblem =>
  new HttpProblem({
    status: 400,
    type: "/problems/validation",
    title: "The request is not valid",
    members: { errors: [{ field, message }] },
  });
