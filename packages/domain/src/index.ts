export type { Aggregate, SnapshotPolicy } from "./aggregate.ts";
export { cartAggregate, cartAggregateType, cartDecider, cartEventCodec } from "./cart/cartAggregate.ts";
export {
  type AbandonCart,
  type AddItem,
  type CartCommand,
  cartNotFound,
  maxLines,
  maxQuantity,
  type RemindOfAbandonment,
} from "./cart/cartCommands.ts";
export { type CartEvent, cartEventCatalog } from "./cart/cartEvents.ts";
export { decideMerge, type MergeCart, type MergeEvents, type MergeStrategy } from "./cart/cartMerge.ts";
export { type CartMilestone, cartMilestones, milestonesOf } from "./cart/cartMilestones.ts";
export { type Cart, type CartLine, type CartStatus, type ExistingCart, itemCount, lineTotal, totalAmount } from "./cart/cartState.ts";
export type { Decider } from "./decider.ts";
export { DomainError, type DomainErrorCode } from "./domainError.ts";
export { type AggregateType, eventCatalogs } from "./eventCatalogs.ts";
export type { DomainEvent, EventCatalog, EventVersion } from "./events/eventCatalog.ts";
export { createEventCodec, EventError, type EncodedEvent, type EventCodec, type EventErrorCode } from "./events/eventCodec.ts";
export type { EventMetadata, RecordedEvent } from "./events/recordedEvent.ts";
export { currencyDecimals, isCurrency } from "./money/currencies.ts";
export { fromMinorUnits, toMinorUnits } from "./money/minorUnits.ts";
export {
  tenantPolicyAggregate,
  tenantPolicyAggregateType,
  tenantPolicyEventCodec,
  tenantPolicyId,
} from "./tenantPolicy/tenantPolicyAggregate.ts";
export { maxReminders, type PolicyChoices, type TenantPolicyCommand } from "./tenantPolicy/tenantPolicyCommands.ts";
export { type TenantPolicyEvent, tenantPolicyEventCatalog } from "./tenantPolicy/tenantPolicyEvents.ts";
export type { CartAbandonedPolicy, ExistingTenantPolicy, TenantPolicy } from "./tenantPolicy/tenantPolicyState.ts";
