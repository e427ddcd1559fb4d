import { type Static, Type } from "typebox";
import type { EventCatalog } from "../events/eventCatalog.ts";
import { closed, minutes, opaqueId } from "../events/eventFields.ts";

/* STORED SHAPES, which must never change: see cartEvents.ts. */

/** The name under which the streams of policies are stored and published. */
export const tenantPolicyAggregateType = "TenantPolicy";

const localTime = Type.Union([Type.String({ pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$" }), Type.Null()]);

const policyV1 = {
  tenant_id: opaqueId,
  title: Type.String({ minLength: 1, maxLength: 255 }),
  abandoned_minutes: minutes,
  quiet_time_from: localTime,
  quiet_time_to: localTime,
  time_zone: Type.String({ minLength: 1, maxLength: 64 }),
  reminders: Type.Array(minutes, { maxItems: 10 }),
};
const PolicyV1 = Type.Object(policyV1, closed);

/**
 * The whole policy from now on. It names its tenant because the stream's id is only derived from the tenant's id.
 *
 * `checkout_abandoned_minutes` is the limit for carts that were left at checkout; null means that they are never abandoned.
 * `overtaken_reminders` says what happens to reminders that could not be sent before a later one was due as well: they are
 * skipped, or the later ones are moved so that they keep their distance. `max_reminders_per_day` limits the reminders of
 * one user, over all carts, on one day of the time zone; null means that they are not limited. Version 1 lacks these three.
 */
const PolicyV2 = Type.Object(
  {
    ...policyV1,
    checkout_abandoned_minutes: Type.Union([minutes, Type.Null()]),
    overtaken_reminders: Type.Union([Type.Literal("skip"), Type.Literal("move")]),
    max_reminders_per_day: Type.Union([Type.Integer({ minimum: 1, maximum: 100 }), Type.Null()]),
  },
  closed,
);

export type PolicyData = Static<typeof PolicyV2>;

/** From now on the tenant has no policy. */
const PolicyRemovedV1 = Type.Object({ tenant_id: opaqueId }, closed);

export type TenantPolicyEvent =
  | { readonly type: "TenantCartAbandonedPolicyCreated"; readonly data: PolicyData }
  | { readonly type: "TenantCartAbandonedPolicyUpdated"; readonly data: PolicyData }
  | { readonly type: "TenantCartAbandonedPolicyRemoved"; readonly data: Static<typeof PolicyRemovedV1> };

const policyVersions: EventCatalog<TenantPolicyEvent>["TenantCartAbandonedPolicyCreated"]["versions"] = [
  { schema: PolicyV1 },
  {
    schema: PolicyV2,
    upcast: (v1) => ({ ...v1, checkout_abandoned_minutes: null, overtaken_reminders: "skip", max_reminders_per_day: null }),
  },
];

/** Every version of every event of a tenant's policy. The last version in each list is the current one. */
export const tenantPolicyEventCatalog: EventCatalog<TenantPolicyEvent> = {
  TenantCartAbandonedPolicyCreated: { versions: policyVersions },
  TenantCartAbandonedPolicyUpdated: { versions: policyVersions },
  TenantCartAbandonedPolicyRemoved: { versions: [{ schema: PolicyRemovedV1 }] },
};
