import { type Static, Type } from "typebox";
import type { EventCatalog } from "../events/eventCatalog.ts";
import { closed, minutes, opaqueId } from "../events/eventFields.ts";

/* STORED SHAPES, which must never change: see cartEvents.ts. */

const localTime = Type.Union([Type.String({ pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$" }), Type.Null()]);

/** The whole policy from now on. It names its tenant because the stream's id is only derived from the tenant's id. */
const PolicyV1 = Type.Object(
  {
    tenant_id: opaqueId,
    title: Type.String({ minLength: 1, maxLength: 255 }),
    abandoned_minutes: minutes,
    quiet_time_from: localTime,
    quiet_time_to: localTime,
    time_zone: Type.String({ minLength: 1, maxLength: 64 }),
    reminders: Type.Array(minutes, { maxItems: 10 }),
  },
  closed,
);

export type PolicyData = Static<typeof PolicyV1>;

export type TenantPolicyEvent =
  | { readonly type: "TenantCartAbandonedPolicyCreated"; readonly data: PolicyData }
  | { readonly type: "TenantCartAbandonedPolicyUpdated"; readonly data: PolicyData };

/** Every version of every event of a tenant's policy. The last version in each list is the current one. */
export const tenantPolicyEventCatalog: EventCatalog<TenantPolicyEvent> = {
  TenantCartAbandonedPolicyCreated: { versions: [{ schema: PolicyV1 }] },
  TenantCartAbandonedPolicyUpdated: { versions: [{ schema: PolicyV1 }] },
};
