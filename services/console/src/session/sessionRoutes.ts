import { type Route, route } from "@cart/http-kit";
import { Type } from "typebox";
import { canRepair, onlyTenant, requireRead } from "../access/consoleAccess.ts";
import { noStore, nullable, shown, text } from "../http/schemas.ts";

export const sessionSchema = Type.Object({
  user_id: nullable(text("the token's user; null if the console checks no tokens", "support-7")),
  tenant_id: nullable(text("the token's tenant; null if the console checks no tokens", "default")),
  sees_all_tenants: Type.Boolean({ description: "whether dead letters and outbox rows of every tenant are shown", examples: [false] }),
  can_repair: Type.Boolean({ description: "whether the token may repair", examples: [true] }),
  can_rebuild: Type.Boolean({ description: "whether this console was given a MySQL user for rebuilds", examples: [true] }),
  trace_url: nullable(
    text(
      "where an event's trace is shown, with {trace_id} or {correlation_id}; null if this console was not told",
      "https://jaeger.example/trace/{trace_id}",
    ),
  ),
  has_prometheus: Type.Boolean({ description: "whether there are charts of more than the last hour", examples: [false] }),
});

type Services = { readonly canRebuild: boolean; readonly traceUrl: string | undefined; readonly charts: object | undefined };

/** What the sender of a request may do with the console. */
export const sessionRoutes: readonly Route<Services>[] = [
  route({
    method: "GET",
    path: "/api/session",
    operationId: "getSession",
    tag: "overview",
    summary: "Say who the token is for, and what it allows",
    access: requireRead,
    answers: shown("The session.", sessionSchema),
    handle: ({ access }, { canRebuild, traceUrl, charts }: Services) => ({
      status: 200,
      headers: noStore,
      body: {
        user_id: access === "unchecked" ? null : access.userId,
        tenant_id: access === "unchecked" ? null : access.tenantId,
        sees_all_tenants: onlyTenant(access) === undefined,
        can_repair: canRepair(access),
        can_rebuild: canRebuild,
        trace_url: traceUrl ?? null,
        has_prometheus: charts !== undefined,
      },
    }),
  }),
];
