export type { Backoff } from "./backoff.ts";
export {
  type Cart,
  type CartClient,
  type CartClientOptions,
  createCartClient,
  ifVersion,
  type QuerySchemas,
  result,
} from "./cartClient.ts";
export type { CartEvent } from "./followCart.ts";
export { CartProblem, CartUnreachable, type ProblemBody, type ProblemType } from "./problems.ts";
