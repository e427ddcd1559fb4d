import { type PolicyChoices, type TenantPolicy, type TenantPolicyCommand, type TenantPolicyEvent, tenantPolicyId } from "@cart/domain";
import type { CommandHandler } from "@cart/event-store";
import { jsonBody, requireTenantAdmin, validator } from "@cart/http-kit";
import { methodNotAllowed } from "@cart/process-kit";
import { type RequestHandler, Router } from "express";
import type { Static } from "typebox";
import type { CommandMetrics } from "../commandMetrics.ts";
import { commandResponder } from "../commands/commandResponder.ts";
import { policyBody, tenantParameter } from "./policyBodies.ts";

export type PolicyRoutesOptions = {
  readonly policyHandler: CommandHandler<TenantPolicy, TenantPolicyCommand, TenantPolicyEvent>;
  readonly metrics: CommandMetrics;
  readonly now: () => Date;
};

/** The write API of a tenant's one policy: when carts count as abandoned. */
export const policyRoutes = ({ policyHandler, metrics, now }: PolicyRoutesOptions): Router => {
  const validTenant = validator(tenantParameter, { coerce: true });
  const validBody = validator(policyBody);
  const respondTo = commandResponder({ handler: policyHandler, metrics, now });

  const command =
    (toCommand: (tenantId: string, choices: PolicyChoices) => TenantPolicyCommand): RequestHandler =>
    async (req, res) => {
      const { tenant_id: tenantId } = validTenant(req.params);
      await respondTo(req, res, {
        aggregateId: tenantPolicyId(tenantId),
        path: `/tenants/${tenantId}/cart-abandoned-policies`,
        command: toCommand(tenantId, choicesOf(validBody(req.body))),
      });
    };

  const create = command((tenantId, choices) => ({ type: "CreateTenantCartAbandonedPolicy", tenantId, choices }));
  const update = command((_tenantId, choices) => ({ type: "UpdateTenantCartAbandonedPolicy", choices }));

  const router = Router();
  router
    .route("/tenants/:tenant_id/cart-abandoned-policies")
    .post(requireTenantAdmin, jsonBody(), create)
    .put(requireTenantAdmin, jsonBody(), update)
    .all(methodNotAllowed("POST", "PUT"));
  return router;
};

const choicesOf = (body: Static<typeof policyBody>): PolicyChoices => ({
  title: body.title,
  abandonedMinutes: body.abandoned_minutes,
  quietTimeFrom: body.quiet_time_from,
  quietTimeTo: body.quiet_time_to,
  timeZone: body.time_zone,
  reminders: body.reminders,
});
