import { commonProblems, HttpProblem } from "@cart/process-kit";

/** The problem that `validator` throws, for a rule that a schema cannot express. */
export const invalidField = (field: string, message: string): HttpProblem =>
  new HttpProblem({ ...commonProblems.validation, members: { errors: [{ field, message }] } });
