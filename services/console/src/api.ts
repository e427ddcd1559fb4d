import { type Api, defineApi } from "@cart/http-kit";
import type { Projections } from "@cart/read-model";
import type { Pool } from "mysql2/promise";
import type { AuditLog } from "./audit/auditLog.ts";
import { auditRoutes, auditSchema } from "./audit/auditRoutes.ts";
import type { Observer } from "./overview/observer.ts";
import { chartRoutes } from "./overview/chartRoutes.ts";
import { chartsSchema } from "./overview/chartsSchema.ts";
import { overviewRoutes } from "./overview/overviewRoutes.ts";
import { overviewSchema } from "./overview/overviewSchema.ts";
import type { PrometheusCharts } from "./overview/prometheusCharts.ts";
import type { DeadLetterRepair } from "./repair/deadLetterRepair.ts";
import { deadLetterRoutes } from "./repair/deadLetterRoutes.ts";
import { deadLetterSchema, deadLettersSchema } from "./repair/deadLetterSchemas.ts";
import { jobRoutes, jobsSchema } from "./repair/jobRoutes.ts";
import type { Jobs } from "./repair/jobs.ts";
import type { OutboxRepair } from "./repair/outboxRepair.ts";
import { outboxRoutes, outboxRowsSchema } from "./repair/outboxRoutes.ts";
import { sessionRoutes, sessionSchema } from "./session/sessionRoutes.ts";

/** What the routes' handlers work with. */
export type Services = {
  readonly observer: Observer;
  readonly deadLetters: DeadLetterRepair;
  readonly outbox: OutboxRepair;
  readonly jobs: Jobs;
  readonly audit: AuditLog;
  readonly readModel: Pool;
  readonly projections: Projections;
  readonly canRebuild: boolean;
  readonly traceUrl: string | undefined;
  /** Absent without a Prometheus. */
  readonly charts: PrometheusCharts | undefined;
};

/** What the page asks of its own back end. It reads carts, policies and the funnel from query-api. */
export const api: Api<Services> = defineApi<Services>({
  title: "Console API",
  version: "1.0.0",
  description: "What the console's page shows beyond query-api: the figures of the system, and what can be repaired.",
  tags: {
    overview: "The system as it is now.",
    repair: "What stands still, and how it goes on.",
    operation: "For operators of the service.",
  },
  routes: [...sessionRoutes, ...overviewRoutes, ...chartRoutes, ...deadLetterRoutes, ...outboxRoutes, ...jobRoutes, ...auditRoutes],
  schemas: {
    Session: sessionSchema,
    Overview: overviewSchema,
    Charts: chartsSchema,
    DeadLetters: deadLettersSchema,
    DeadLetter: deadLetterSchema,
    OutboxRows: outboxRowsSchema,
    Jobs: jobsSchema,
    AuditLog: auditSchema,
  },
});
