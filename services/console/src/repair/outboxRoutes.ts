import { listFailed, type FailedRow, retryFailed } from "@cart/event-store";
import { type Access, type Route, route } from "@cart/http-kit";
import { withConnection } from "@cart/mysql";
import { findTenants, type Projections } from "@cart/read-model";
import type { Pool } from "mysql2/promise";
import { Type } from "typebox";
import { onlyTenant, requireRead, requireRepair } from "../access/consoleAccess.ts";
import type { AuditLog } from "../audit/auditLog.ts";
import { databaseProblems, notFoundKind, nothingToRepair } from "../http/consoleProblems.ts";
import { count, noStore, nullable, shown, text, time, uuid } from "../http/schemas.ts";

type Row = FailedRow & { readonly tenantId: string | undefined };

export type OutboxRepair = {
  readonly list: (access: Access) => Promise<readonly Row[]>;
  /** Resolves to the number of rows that are published again, of one cart or policy or of all. */
  readonly retry: (access: Access, aggregateId: string | undefined) => Promise<number>;
};

/** Rows that are looked at: a relay gives a row up for its own fault, so they are few. */
const maxRows = 1_000;

export const createOutboxRepair = (eventStore: Pool, readModel: Pool, projections: Projections): OutboxRepair => {
  const list = async (access: Access): Promise<readonly Row[]> => {
    const rows = await withConnection(eventStore, (connection) => listFailed(connection, maxRows));
    const tenantOf = await findTenants(readModel, projections, rows);
    const tenant = onlyTenant(access);
    return rows.map((row) => ({ ...row, tenantId: tenantOf(row) })).filter(({ tenantId }) => tenant === undefined || tenantId === tenant);
  };
  const retryOne = (aggregateId?: string): Promise<number> =>
    withConnection(eventStore, (connection) => retryFailed(connection, aggregateId));

  return {
    list,
    retry: async (access, aggregateId) => {
      if (aggregateId === undefined && onlyTenant(access) === undefined) return retryOne();
      const ids = new Set((await list(access)).map((row) => row.aggregateId));
      if (aggregateId !== undefined && !ids.has(aggregateId)) throw nothingToRepair("no event of this cart or policy was given up");
      let rows = 0;
      for (const id of aggregateId === undefined ? ids : [aggregateId]) rows += await retryOne(id);
      return rows;
    },
  };
};

export const outboxRowsSchema = Type.Object({
  rows: Type.Array(
    Type.Object({
      id: count("the row", 7),
      aggregate_type: text("what it is about", "Cart"),
      aggregate_id: uuid("the cart or policy"),
      tenant_id: nullable(text("the tenant; null if the read model does not know it", "default")),
      version: count("the version of the event", 3),
      event_type: text("the event", "ItemAddedToCart"),
      occurred_at: time("when the event happened"),
      attempts: count("attempts so far", 10),
      error: text("what Kafka said last", "MESSAGE_TOO_LARGE"),
      waiting: count("later events of the same cart or policy", 0),
    }),
    { description: "oldest first" },
  ),
});

const choice = Type.Object(
  { aggregate_id: Type.Optional(uuid("only of this cart or policy; all that the token may see without it")) },
  { additionalProperties: false, examples: [{}] },
);

const outboxRetriedSchema = Type.Object({ retried: count("events that are sent again", 1) });

type Services = { readonly outbox: OutboxRepair; readonly audit: AuditLog };

/** Events that Kafka refused again and again. */
export const outboxRoutes: readonly Route<Services>[] = [
  route({
    method: "GET",
    path: "/api/outbox-rows",
    operationId: "listOutboxRows",
    tag: "repair",
    summary: "List the events that could not be published",
    access: requireRead,
    answers: shown("The events.", outboxRowsSchema),
    problems: databaseProblems,
    handle: async ({ access }, { outbox }: Services) => {
      const rows = (await outbox.list(access)).map((row) => ({
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
      return { status: 200, headers: noStore, body: { rows } };
    },
  }),
  route({
    method: "POST",
    path: "/api/outbox-rows/retry",
    operationId: "retryOutboxRows",
    tag: "repair",
    summary: "Publish events again that were given up",
    body: { schema: choice, required: false },
    access: requireRepair,
    answers: shown("What is sent again.", outboxRetriedSchema),
    problems: [...databaseProblems, notFoundKind],
    handle: async ({ body, access }, { outbox, audit }: Services) => {
      const aggregateId = body.aggregate_id?.toLowerCase();
      const retried = await audit.run(
        { access, action: "outbox.retry", details: aggregateId === undefined ? {} : { aggregate_id: aggregateId } },
        () => outbox.retry(access, aggregateId),
        (rows) => ({ retried: rows }),
      );
      return { status: 200, headers: noStore, body: { retried } };
    },
  }),
];
