import { cartAggregate, type CartEvent } from "@cart/domain";
import type { StreamCategory } from "@cart/event-store";
import { cartDefinition } from "./carts/cartProjection.ts";
import { policyProjection } from "./policies/policyProjection.ts";
import { createProjection, type Projections } from "./projection/projection.ts";

/** All projections of the read model. The category of carts has the vault that opens their personal fields, if these are sealed. */
export const projectionsOf = (carts: StreamCategory<CartEvent>): Projections => [
  createProjection({ ...cartDefinition, category: carts }),
  policyProjection,
];

/** All projections of the read model. `main.ts` and `cli.ts` pass them to the functions that need them. */
export const projections: Projections = projectionsOf(cartAggregate);
