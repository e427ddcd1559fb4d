import { cartAggregate } from "@cart/domain";
import { withKeys } from "@cart/event-store";
import type { KeyRing } from "@cart/personal-data";
import { cartDefinition } from "./carts/cartProjection.ts";
import { policyProjection } from "./policies/policyProjection.ts";
import { createProjection, type Projections } from "./projection/projection.ts";

/** All projections of the read model. `main.ts` and `cli.ts` pass them to the functions that need them. The ring opens sealed personal fields. */
export const projectionsWith = (ring: KeyRing | undefined): Projections => [
  createProjection({ ...cartDefinition, category: withKeys(cartAggregate, ring, false) }),
  policyProjection,
];

/** All projections, for programs without keys: they do not read personal fields. */
export const projections: Projections = projectionsWith(undefined);
