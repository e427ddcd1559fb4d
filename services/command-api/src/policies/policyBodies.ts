import { maxReminders } from "@cart/domain";
import { Type } from "typebox";

export const tenantParameter = Type.Object({ tenant_id: Type.String({ minLength: 1, maxLength: 64, description: "the shop" }) });

const minutes = (description: string) => Type.Integer({ minimum: 1, maximum: 43_200, description });

const localTime = (description: string) =>
  Type.Optional(
    Type.Union([Type.String({ pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$" }), Type.Null()], {
      description,
      examples: ["22:00:00"],
    }),
  );

export const policyBody = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 255, description: "for whoever administers the shop" }),
    abandoned_minutes: minutes("how long a cart with items is left alone before it counts as abandoned"),
    quiet_time_from: localTime("local time from which on customers are left alone; only together with quiet_time_to"),
    quiet_time_to: localTime("local time at which that ends, on the next day when it is earlier than quiet_time_from"),
    time_zone: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        default: "UTC",
        description: "IANA name of the zone of both times",
        examples: ["Europe/Berlin"],
      }),
    ),
    reminders: Type.Optional(
      Type.Array(minutes("after the abandonment"), {
        maxItems: maxReminders,
        default: [],
        description: "when reminders of an abandoned cart are due, ascending",
        examples: [[60, 1440, 7200]],
      }),
    ),
  },
  { additionalProperties: false },
);
