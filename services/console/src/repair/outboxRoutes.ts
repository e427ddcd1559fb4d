import { type Route, route } from "@cart/http-kit";
import { Type } from "typebox";
import { requireRead, requireRepair } from "../access/consoleAccess.ts";
import type { AuditLog } from "../audit/auditLog.ts";
import { databaseProblems, notFoundKind } from "../http/consoleProblems.ts";
import { count, noStore, nullable, shown, text, time, uuid } from "../http/schemas.ts";
import type { OutboxRepair } from "./outboxRepair.ts";

export const outboxRowsSchema = Type.Object({
  rows: Type.Array(
    Type.Object({
      id: count("the row", 7),
      aggregate_type: text("what it is about", "Cart"),
      aggregate_id: uuid("the cart or policy"),
      tenant_id: nullable(text("the tenant; null if the first event of the cart or policy is gone", "default")),
      version: count("the version of the event", 3),
      event_type: text("the event", "ItemAddedToCart"),
      occurred_at: time("when the event happened"),
      attempts: count("attempts so far", 10),
      error: text("what Kafka said last", "MESSAGE_TOO_LARGE"),
      waiting: count("later events of the same cart or policy", 0),
    }),
    { description: "oldest first" },
  ),
  next_after_id: nullable(count("the `after_id` of the next page; null on the last page", 100)),
});

const listQuery = Type.Object(
  { after_id: Type.Optional(Type.Integer({ minimum: 0, description: "the `next_after_id` of the page before", examples: [0] })) },
  { additionalProperties: false },
);

const pageSize = 100;

const choice = Type.Object(
  {
    aggregate_id: Type.Optional(uuid("only of this cart or policy; all that the token may see without it")),
    after_id: Type.Optional(Type.Integer({ minimum: 0, description: "go on behind the answer's next_after_id", examples: [0] })),
  },
  { additionalProperties: false, examples: [{}] },
);

export const outboxRetriedSchema = Type.Object({
  retried: count("events that are sent again", 1),
  next_after_id: nullable(count("`after_id` of the next request, if time ran out; null if everything is sent again", 100)),
});

type Services = { readonly outbox: OutboxRepair; readonly audit: AuditLog };

/** Events that Kafka refused again and again. */
export const outboxRoutes: readonly Route<Services>[] = [
  route({
    method: "GET",
    path: "/api/outbox-rows",
    operationId: "listOutboxRows",
    tag: "repair",
    summary: "List the events that could not be published",
    query: listQuery,
    access: requireRead,
    answers: shown("A page of events.", outboxRowsSchema),
    problems: databaseProblems,
    handle: async ({ query, access }, { outbox }: Services) => {
      const listed = await outbox.list(access, { afterId: query.after_id, limit: pageSize });
      const rows = listed.map((row) => ({
        id: row.id,
        aggregate_type: row.aggregateType,
        aggregate_id: row.aggregateId,
        tenant_id: row.tenantId ?? null,
        version: row.version,
        event_type: row.eventType,
        occurred_at: row.occurredAt.toISOString(),
        attempts: row.attempts,
        error: row.error,
        waiting: row.waiting,
      }));
      const next = listed.length < pageSize ? null : (listed.at(-1)?.id ?? null);
      return { status: 200, headers: noStore, body: { rows, next_after_id: next } };
    },
  }),
  route({
    method: "POST",
    path: "/api/outbox-rows/retry",
    operationId: "retryOutboxRows",
    tag: "repair",
    summary: "Publish events again that were given up",
    description: "Works for a few seconds at most: while `next_after_id` is not null, send it as `after_id` to go on.",
    body: { schema: choice, required: false },
    access: requireRepair,
    answers: shown("What is sent again.", outboxRetriedSchema),
    problems: [...databaseProblems, notFoundKind],
    handle: async ({ body, access }, { outbox, audit }: Services) => {
      const aggregateId = body.aggregate_id?.toLowerCase();
      const retried = await audit.run(
        { access, action: "outbox.retry", details: aggregateId === undefined ? {} : { aggregate_id: aggregateId } },
        () => outbox.retry(access, { aggregateId, afterId: body.after_id }),
        ({ retried: rows }) => ({ retried: rows }),
      );
      return { status: 200, headers: noStore, body: retried };
    },
  }),
];
