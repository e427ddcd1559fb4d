import { cartProjection } from "./carts/cartProjection.ts";
import { policyProjection } from "./policies/policyProjection.ts";
import type { Projection } from "./projection/projection.ts";

/** All that the read model is made of. Every transaction takes them in this order, so that no two wait for each other. */
export const projections: readonly Projection[] = [cartProjection, policyProjection];

export const projectionOf = (aggregateType: string): Projection => {
  const projection = projections.find((one) => one.aggregateType === aggregateType);
  if (projection === undefined) throw new Error(`the read model has no ${aggregateType}`);
  return projection;
};
