import { type Static, Type } from "typebox";

const localTime = (description: string) => Type.Union([Type.String({ examples: ["22:00:00"] }), Type.Null()], { description });
const time = (description: string) => Type.String({ format: "date-time", description });

/** Clients depend on each member of this answer: add, do not change. */
export const policySchema = Type.Object(
  {
    tenant_id: Type.String(),
    title: Type.String(),
    abandoned_minutes: Type.Integer({ minimum: 1, description: "how long a cart with items is left alone before it counts as abandoned" }),
    quiet_time_from: localTime("local time from which on customers are left alone; null without a quiet time"),
    quiet_time_to: localTime("local time at which that ends; null without a quiet time"),
    time_zone: Type.String({ description: "IANA name of the zone of both times" }),
    reminders: Type.Array(Type.Integer({ minimum: 1 }), { description: "minutes after the abandonment, ascending" }),
    version: Type.Integer({ minimum: 1, description: "of the last event that is in this answer" }),
    created_at: time("of the first event"),
    updated_at: time("of the last event that is in this answer"),
  },
  { description: "when a tenant's carts count as abandoned" },
);

export type PolicyView = Static<typeof policySchema>;
