export type { Aggregate } from "./aggregate.ts";
export { cartAggregate, cartAggregateWithin, cartDecider, cartEventCodec } from "./cart/cartAggregate.ts";
export { adjustmentKinds, type StoredAdjustment, totalWith } from "./cart/adjustments.ts";
export { type Attributes, attributesText } from "./cart/attributes.ts";
export { type AddItem, type CartCommand, type CartOperation, cartNotFound, type LinePrice } from "./cart/cartCommands.ts";
export { cartAggregateType, type CartEvent, cartEventCatalog } from "./cart/cartEvents.ts";
export { type CartLimits, type CartRules, defaultCartLimits } from "./cart/cartLimits.ts";
export { maxLines, maxQuantity } from "./cart/lineLimits.ts";
export { cartOwnership } from "./cart/cartOwnership.ts";
export { decideMerge, decideMergeWithin, type MergeCart } from "./cart/cartMerge.ts";
export { type CartMilestone, cartMilestones, milestonesOf } from "./cart/cartMilestones.ts";
export { archivedData, type CartPast, isFinished, noPast, withEvent } from "./cart/cartRetention.ts";
export { type Cart, type CartLine, type CartStatus, type ExistingCart, itemCount, itemsAmount, totalAmount } from "./cart/cartState.ts";
export type { Decider } from "./decider.ts";
export { DomainError, type DomainErrorCode } from "./domainError.ts";
export { type AggregateType, eventCatalogs } from "./eventCatalogs.ts";
export type { DomainEvent, EventCatalog, EventVersion } from "./events/eventCatalog.ts";
export { createEventCodec, EventError, type EncodedEvent, type EventCodec, type EventErrorCode } from "./events/eventCodec.ts";
export {
  erasedKeyOf,
  pseudonymOf,
  erasedValues,
  type FieldValues,
  joinData,
  type PersonalFields,
  splitData,
  type Subject,
} from "./events/personalFields.ts";
export type { EventMetadata, RecordedEvent } from "./events/recordedEvent.ts";
export { fromMinorUnits, maxAmount, toMinorUnits } from "./money/minorUnits.ts";
export { type Owner, type Ownership, tenantInFirstEvent } from "./ownership.ts";
export { tenantPolicyAggregate, tenantPolicyId } from "./tenantPolicy/tenantPolicyAggregate.ts";
export { maxReminders, type PolicyChoices, type TenantPolicyCommand } from "./tenantPolicy/tenantPolicyCommands.ts";
export { tenantPolicyAggregateType, type TenantPolicyEvent, tenantPolicyEventCatalog } from "./tenantPolicy/tenantPolicyEvents.ts";
export type { ExistingTenantPolicy, OvertakenReminders, RemovedTenantPolicy, TenantPolicy } from "./tenantPolicy/tenantPolicyState.ts";
