import { cartProjection } from "./carts/cartProjection.ts";
import { policyProjection } from "./policies/policyProjection.ts";
import type { Projections } from "./projection/projection.ts";

/** All projections of the read model. `main.ts` and `cli.ts` pass them to the functions that need them. */
export const projections: Projections = [cartProjection, policyProjection];
