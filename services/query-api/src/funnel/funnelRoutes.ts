import { requireTenantAdmin } from "@cart/cart-access";
import { invalidField, type Route, route } from "@cart/http-kit";
import { tenantParameter } from "../cartLists/listParameters.ts";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { noCache, queryProblems, shown } from "../http/queryRoute.ts";
import { funnelQuery, funnelSchema, longestRangeDays } from "./funnelParameters.ts";
import { funnelView } from "./funnelView.ts";
import { readFunnel } from "./readFunnel.ts";

type Services = { readonly readModel: ReadOnlyDatabase };

/** How far a tenant's carts got, day by day, for the tenant's administrators. */
export const funnelRoutes: readonly Route<Services>[] = [
  route({
    method: "GET",
    path: "/tenants/{tenant_id}/cart-funnel",
    operationId: "getCartFunnel",
    tag: "carts",
    summary: "Count how far a tenant's carts got, day by day",
    params: tenantParameter,
    access: requireTenantAdmin,
    query: funnelQuery,
    answers: shown("The counts.", funnelSchema),
    problems: queryProblems(),
    handle: async ({ params, query: { from, to } }, { readModel }: Services) => {
      const { tenant_id: tenantId } = params;
      const days = daysOf(from, to);
      const counts = await readFunnel(readModel, { tenantId, from, to });
      return { status: 200, headers: noCache, body: funnelView(tenantId, days, counts) };
    },
  }),
];

const millisecondsOfDay = 86_400_000;

/** Every day of the range, both ends included. */
const daysOf = (from: string, to: string): string[] => {
  const begin = Date.parse(from);
  const count = (Date.parse(to) - begin) / millisecondsOfDay + 1;
  if (count < 1) throw invalidField("to", "must not be before from");
  if (count > longestRangeDays) throw invalidField("to", `must be within ${longestRangeDays} days from from`);
  return Array.from({ length: count }, (_, n) => new Date(begin + n * millisecondsOfDay).toISOString().slice(0, 10));
};
