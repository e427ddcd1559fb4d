import { maxReminders } from "@cart/domain";
import { text } from "@cart/http-kit";
import { Type } from "typebox";

export const tenantParameter = Type.Object({
  tenant_id: text({ minLength: 1, maxLength: 64, description: "the shop", examples: ["default"] }),
});

const minutes = (description: string, example: number) => Type.Integer({ minimum: 1, maximum: 43_200, description, examples: [example] });

const localTime = (description: string, example: string) =>
  Type.Optional(
    Type.Union([Type.String({ pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$" }), Type.Null()], {
      description,
      examples: [example],
    }),
  );

export const policyBody = Type.Object(
  {
    title: text({ minLength: 1, maxLength: 255, description: "a name for the shop's administrators", examples: ["Standard"] }),
    abandoned_minutes: minutes("minutes without activity after which a cart with items counts as abandoned", 60),
    quiet_time_from: localTime("local time at which quiet time begins; only together with quiet_time_to", "22:00:00"),
    quiet_time_to: localTime("local time at which quiet time ends, on the next day if it is earlier than quiet_time_from", "08:00:00"),
    time_zone: Type.Optional(
      text({
        minLength: 1,
        maxLength: 64,
        default: "UTC",
        description: "IANA name of the time zone of quiet time",
        examples: ["Europe/Berlin"],
      }),
    ),
    reminders: Type.Optional(
      Type.Array(minutes("minutes after the abandonment", 60), {
        maxItems: maxReminders,
        default: [],
        description: "when reminders of an abandoned cart are due, ascending",
        examples: [[60, 1440, 7200]],
      }),
    ),
    checkout_abandoned_minutes: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: 43_200 }), Type.Null()], {
        description: "minutes without activity after which a submitted cart counts as abandoned; null or omitted: never",
        examples: [120],
      }),
    ),
    overtaken_reminders: Type.Optional(
      Type.Enum(["skip", "move"], {
        default: "skip",
        description:
          "of reminders that fall due together, for example in quiet time, `skip` sends only the latest; `move` sends all of them at their original distances",
        examples: ["skip"],
      }),
    ),
    max_reminders_per_day: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: 100 }), Type.Null()], {
        description: "most reminders to one user, over all carts, on one day of the time zone; null or omitted: no limit",
        examples: [1],
      }),
    ),
  },
  { additionalProperties: false },
);
