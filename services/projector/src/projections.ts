import { cartProjection } from "./carts/cartProjection.ts";
import { policyProjection } from "./policies/policyProjection.ts";
import type { Projections } from "./projection/projection.ts";

/** Everything that the read model shows. `main.ts` and `cli.ts` pass it to whatever works on projections. */
export const projections: Projections = [cartProjection, policyProjection];
