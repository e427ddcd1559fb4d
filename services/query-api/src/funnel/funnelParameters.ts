import type { CartMilestone } from "@cart/domain";
import { type TSchema, Type } from "typebox";

/** Days in the longest range. */
export const longestRange = 366;

const day = (description: string) => Type.String({ format: "date", description, examples: ["2026-11-24"] });

export const funnelQuery = Type.Object(
  {
    from: day("the first day, in UTC"),
    to: day(`the last day, in UTC; at most ${longestRange} days in all`),
  },
  { additionalProperties: false },
);

const count = (description: string) => Type.Integer({ minimum: 0, description });

const counts = {
  created: count("carts that came to be"),
  with_items: count("carts that got their first item"),
  submitted: count("carts that went to checkout"),
  purchased: count("carts that became an order"),
  abandoned: count("carts that were left alone"),
  recovered: count("carts that became an order after they had been left alone"),
} satisfies Readonly<Record<CartMilestone, TSchema>>;

/** Clients depend on each member of this answer: add, do not change. */
export const funnelSchema = Type.Object({
  tenant_id: Type.String(),
  total: Type.Object(counts, { description: "over all days" }),
  days: Type.Array(Type.Object({ day: day("in UTC"), ...counts }), {
    description: "every day of the range; a cart counts once for each milestone, on the day on which it first came to it",
  }),
});
