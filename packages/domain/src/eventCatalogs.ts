import { cartAggregateType } from "./cart/cartAggregate.ts";
import { cartEventCatalog } from "./cart/cartEvents.ts";
import { tenantPolicyAggregateType } from "./tenantPolicy/tenantPolicyAggregate.ts";
import { tenantPolicyEventCatalog } from "./tenantPolicy/tenantPolicyEvents.ts";

/** Every event that this system has, by the type of its aggregate: what is stored, published and described to others. */
export const eventCatalogs = {
  [cartAggregateType]: cartEventCatalog,
  [tenantPolicyAggregateType]: tenantPolicyEventCatalog,
} as const;

export type AggregateType = keyof typeof eventCatalogs;
