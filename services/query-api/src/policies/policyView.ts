import { type Static, Type } from "typebox";
import { exampleTime } from "../examples.ts";

const localTime = (description: string, example: string) => Type.Union([Type.String(), Type.Null()], { description, examples: [example] });
const time = (description: string) => Type.String({ format: "date-time", description, examples: [exampleTime] });

/** Clients depend on each member of this answer: add, do not change. */
export const policySchema = Type.Object(
  {
    tenant_id: Type.String({ examples: ["default"] }),
    title: Type.String({ examples: ["Standard"] }),
    abandoned_minutes: Type.Integer({
      minimum: 1,
      description: "minutes without activity after which a cart with items counts as abandoned",
      examples: [60],
    }),
    quiet_time_from: localTime("local time at which quiet time begins; null if there is none", "22:00:00"),
    quiet_time_to: localTime("local time at which quiet time ends; null if there is none", "08:00:00"),
    time_zone: Type.String({ description: "IANA name of the time zone of quiet time", examples: ["Europe/Berlin"] }),
    reminders: Type.Array(Type.Integer({ minimum: 1 }), {
      description: "minutes after the abandonment, ascending",
      examples: [[60, 1440, 7200]],
    }),
    checkout_abandoned_minutes: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      description: "minutes without activity after which a submitted cart counts as abandoned; null for never",
      examples: [120],
    }),
    overtaken_reminders: Type.Enum(["skip", "move"], {
      description: "of reminders that fall due together, `skip` sends only the latest; `move` sends all at their original distances",
      examples: ["skip"],
    }),
    max_reminders_per_day: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      description: "the limit of reminders to one user on one day of the time zone; null for no limit",
      examples: [1],
    }),
    version: Type.Integer({ minimum: 1, description: "the policy's version in this answer", examples: [2] }),
    created_at: time("when the policy was created"),
    updated_at: time("when the policy last changed"),
  },
  { description: "when a tenant's carts count as abandoned" },
);

export type PolicyView = Static<typeof policySchema>;
