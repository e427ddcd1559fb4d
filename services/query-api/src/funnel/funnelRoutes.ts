import { requireTenantAdmin, validator } from "@cart/http-kit";
import { methodNotAllowed } from "@cart/process-kit";
import { Router } from "express";
import { tenantParameter } from "../cartLists/listParameters.ts";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { invalidField } from "../http/invalidField.ts";
import { untilClosed } from "../http/untilClosed.ts";
import { funnelQuery, longestRange } from "./funnelParameters.ts";
import { funnelView } from "./funnelView.ts";
import { readFunnel } from "./readFunnel.ts";

/** How far a tenant's carts got, day by day, for their administrators. */
export const funnelRoutes = ({ readModel }: { readonly readModel: ReadOnlyDatabase }): Router => {
  const validTenant = validator(tenantParameter, { coerce: true });
  const validQuery = validator(funnelQuery, { coerce: true });

  const getFunnel = untilClosed(async (req, res) => {
    const { tenant_id: tenantId } = validTenant(req.params);
    const { from, to } = validQuery(req.query);
    const days = daysOf(from, to);
    const counts = await readFunnel(readModel, { tenantId, from, to });
    res.set("Cache-Control", "no-cache").json(funnelView(tenantId, days, counts));
  });

  const router = Router();
  router.route("/tenants/:tenant_id/cart-funnel").get(requireTenantAdmin, getFunnel).all(methodNotAllowed("GET", "HEAD"));
  return router;
};

const millisecondsOfDay = 86_400_000;

/** Every day of the range, both ends included. */
const daysOf = (from: string, to: string): string[] => {
  const begin = Date.parse(from);
  const count = (Date.parse(to) - begin) / millisecondsOfDay + 1;
  if (count < 1) throw invalidField("to", "must not be before from");
  if (count > longestRange) throw invalidField("to", `must be within ${longestRange} days from from`);
  return Array.from({ length: count }, (_, n) => new Date(begin + n * millisecondsOfDay).toISOString().slice(0, 10));
};
