/*
 * The part of the domain that a reader of events needs: their types, schemas and upcasts, without any decision. `@cart/events`
 * compiles the files that this one reaches into its package, so it must not import a command or a state.
 */
export type { CartEvent } from "./cart/cartEvents.ts";
export { type AggregateType, eventCatalogs } from "./eventCatalogs.ts";
export { createEventCodec, EventError, type EncodedEvent, type EventErrorCode } from "./events/eventCodec.ts";
export type { RecordedEvent } from "./events/recordedEvent.ts";
export type { TenantPolicyEvent } from "./tenantPolicy/tenantPolicyEvents.ts";
