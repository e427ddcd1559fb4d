import { commonProblems, HttpProblem } from "@cart/process-kit";

/** What `validator` throws, for a rule that a schema cannot say. */
export const invalidField = (field: string, message: string): HttpProblem =>
  new HttpProblem({ ...commonProblems.validation, members: { errors: [{ field, message }] } });
