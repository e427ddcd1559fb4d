import { type Route, route } from "@cart/http-kit";
import { Type } from "typebox";
import { onlyTenant, requireRead } from "../access/consoleAccess.ts";
import { databaseProblems } from "../http/consoleProblems.ts";
import { noStore, nullable, shown, text, time, uuid } from "../http/schemas.ts";
import type { AuditLog } from "./auditLog.ts";

const details = Type.Unsafe<Record<string, string | number | boolean | null>>(
  Type.Object({}, { additionalProperties: true, description: "a few short values", examples: [{ reason: "VERSION_GAP" }] }),
);

export const auditSchema = Type.Object({
  actions: Type.Array(
    Type.Object({
      id: uuid("the action"),
      action: text("what was done", "dead-letters.retry"),
      user_id: nullable(text("the token's user; null if the console checked no tokens", "support-7")),
      tenant_id: nullable(text("the token's tenant", "default")),
      details,
      started_at: time("when the action started"),
      ended_at: nullable(time("when the action ended; null if it runs or was cut short")),
      outcome: nullable(Type.Enum(["SUCCEEDED", "FAILED"])),
      result: nullable(details),
    }),
    { description: "newest first" },
  ),
});

/** What people did with the console. */
export const auditRoutes: readonly Route<{ readonly audit: AuditLog }>[] = [
  route({
    method: "GET",
    path: "/api/audit-log",
    operationId: "listAuditedActions",
    tag: "repair",
    summary: "List the last 200 repairs, and who made them",
    access: requireRead,
    answers: shown("The actions.", auditSchema),
    problems: databaseProblems,
    handle: async ({ access }, { audit }: { readonly audit: AuditLog }) => ({
      status: 200,
      headers: noStore,
      body: { actions: [...(await audit.list({ tenantId: onlyTenant(access), limit: 200 }))] },
    }),
  }),
];
