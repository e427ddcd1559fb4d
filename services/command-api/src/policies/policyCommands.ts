import { type PolicyChoices, type TenantPolicy, type TenantPolicyCommand, type TenantPolicyEvent, tenantPolicyId } from "@cart/domain";
import type { Static } from "typebox";
import { type CommandExecutorOptions, type CommandReply, type CommandRouteRequest, commandExecutor } from "../commands/commandExecutor.ts";
import type { policyBody } from "./policyBodies.ts";

type PolicyRequest = CommandRouteRequest & {
  readonly params: { readonly tenant_id: string };
  readonly body: Static<typeof policyBody>;
};

/** Commands to the policy of the tenant in a request's path. */
export type PolicyCommands = {
  readonly execute: (
    request: PolicyRequest,
    toCommand: (tenantId: string, choices: PolicyChoices) => TenantPolicyCommand,
  ) => Promise<CommandReply>;
};

export const policyCommands = (options: CommandExecutorOptions<TenantPolicy, TenantPolicyCommand, TenantPolicyEvent>): PolicyCommands => {
  const executeCommand = commandExecutor(options);
  return {
    execute: (request, toCommand) => {
      const { tenant_id: tenantId } = request.params;
      return executeCommand(request, {
        aggregateId: tenantPolicyId(tenantId),
        path: `/tenants/${tenantId}/cart-abandoned-policies`,
        command: toCommand(tenantId, choicesOf(request.body)),
      });
    },
  };
};

const choicesOf = (body: Static<typeof policyBody>): PolicyChoices => ({
  title: body.title,
  abandonedMinutes: body.abandoned_minutes,
  quietTimeFrom: body.quiet_time_from,
  quietTimeTo: body.quiet_time_to,
  timeZone: body.time_zone,
  reminders: body.reminders,
});
