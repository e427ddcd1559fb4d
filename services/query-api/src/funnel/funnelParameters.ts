import type { CartMilestone } from "@cart/domain";
import { type TSchema, Type } from "typebox";

/** Days in the longest range. */
export const longestRangeDays = 366;

const day = (description: string, example: string) => Type.String({ format: "date", description, examples: [example] });

export const funnelQuery = Type.Object(
  {
    from: day("the first day, in UTC", "2026-11-23"),
    to: day(`the last day, in UTC; the range has at most ${longestRangeDays} days`, "2026-11-23"),
  },
  { additionalProperties: false },
);

const count = (description: string, example: number) => Type.Integer({ minimum: 0, description, examples: [example] });

const counts = {
  created: count("carts that were created", 5),
  with_items: count("carts that got their first item", 5),
  submitted: count("carts that went to checkout", 3),
  purchased: count("carts that became an order", 2),
  abandoned: count("carts that were abandoned", 1),
  recovered: count("carts that became an order after they had been abandoned", 0),
  checkout_abandoned: count("carts that were abandoned at checkout; they count as abandoned too", 0),
} satisfies Readonly<Record<CartMilestone, TSchema>>;

/** Clients depend on each member of this answer: add, do not change. */
export const funnelSchema = Type.Object({
  tenant_id: Type.String({ examples: ["default"] }),
  total: Type.Object(counts, { description: "over all days" }),
  days: Type.Array(Type.Object({ day: day("in UTC", "2026-11-23"), ...counts }), {
    description: "every day of the range; a cart counts once for each milestone, on the day on which it first reached it",
  }),
});
