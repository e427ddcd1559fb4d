import { cartAggregateType, cartEventCatalog } from "./cart/cartEvents.ts";
import { tenantPolicyAggregateType, tenantPolicyEventCatalog } from "./tenantPolicy/tenantPolicyEvents.ts";

/** Every event of this system, by the type of its aggregate. Storage, messages and the AsyncAPI document all follow these catalogs. */
export const eventCatalogs = {
  [cartAggregateType]: cartEventCatalog,
  [tenantPolicyAggregateType]: tenantPolicyEventCatalog,
} as const;

export type AggregateType = keyof typeof eventCatalogs;
