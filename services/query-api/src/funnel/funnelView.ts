import type { CartMilestone } from "@cart/domain";
import type { Static } from "typebox";
import type { funnelSchema } from "./funnelParameters.ts";
import type { FunnelCount } from "./readFunnel.ts";

type Counts = Record<CartMilestone, number>;

const zeros = (): Counts => ({
  created: 0,
  with_items: 0,
  submitted: 0,
  purchased: 0,
  abandoned: 0,
  recovered: 0,
  checkout_abandoned: 0,
});

/** The counts of each of the days, which are all days of the range. */
export const funnelView = (tenantId: string, days: readonly string[], counts: readonly FunnelCount[]): Static<typeof funnelSchema> => {
  const byDay = new Map(days.map((day) => [day, zeros()]));
  const total = zeros();
  for (const { day, milestone, carts } of counts) {
    const ofDay = byDay.get(day);
    if (ofDay !== undefined) ofDay[milestone] = carts;
    total[milestone] += carts;
  }
  return { tenant_id: tenantId, total, days: [...byDay].map(([day, ofDay]) => ({ day, ...ofDay })) };
};
