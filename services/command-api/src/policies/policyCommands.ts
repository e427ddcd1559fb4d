import { type PolicyChoices, type TenantPolicy, type TenantPolicyCommand, type TenantPolicyEvent, tenantPolicyId } from "@cart/domain";
import type { Static } from "typebox";
import { type CommandExecutorOptions, type CommandReply, type CommandRouteRequest, commandExecutor } from "../commands/commandExecutor.ts";
import type { policyBody } from "./policyBodies.ts";

type PolicyRequest = CommandRouteRequest & { readonly params: { readonly tenant_id: string } };

/** Commands to the policy of the tenant in a request's path. */
export type PolicyCommands = {
  readonly execute: (request: PolicyRequest, command: TenantPolicyCommand) => Promise<CommandReply>;
};

export const policyCommands = (options: CommandExecutorOptions<TenantPolicy, TenantPolicyCommand, TenantPolicyEvent>): PolicyCommands => {
  const executeCommand = commandExecutor(options);
  return {
    execute: (request, command) => {
      const { tenant_id: tenantId } = request.params;
      return executeCommand(request, {
        aggregateId: tenantPolicyId(tenantId),
        path: `/tenants/${tenantId}/cart-abandoned-policies`,
        command,
      });
    },
  };
};

/** Reads a policy from a request's body. */
export const choicesOf = (body: Static<typeof policyBody>): PolicyChoices => ({
  title: body.title,
  abandonedMinutes: body.abandoned_minutes,
  quietTimeFrom: body.quiet_time_from,
  quietTimeTo: body.quiet_time_to,
  timeZone: body.time_zone,
  reminders: body.reminders,
  checkoutAbandonedMinutes: body.checkout_abandoned_minutes,
  overtakenReminders: body.overtaken_reminders,
  maxRemindersPerDay: body.max_reminders_per_day,
});
