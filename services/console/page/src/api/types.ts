import type { QuerySchemas } from "@cart/client";
import type { Static } from "typebox";
import type { auditSchema } from "../../../src/audit/auditRoutes.ts";
import type { ChartPoint as ChartPointAnswer, Charts as ChartsAnswer } from "../../../src/overview/chartsSchema.ts";
import type { Overview as OverviewAnswer } from "../../../src/overview/overviewSchema.ts";
import type { deadLetterSchema, deadLettersSchema, discardedSchema, retriedSchema } from "../../../src/repair/deadLetterSchemas.ts";
import type { jobsSchema } from "../../../src/repair/jobRoutes.ts";
import type { outboxRetriedSchema, outboxRowsSchema } from "../../../src/repair/outboxRoutes.ts";
import type { sessionSchema } from "../../../src/session/sessionRoutes.ts";

/* The answers of the console's own back end have the types of the schemas that make its OpenAPI document. */

export type Session = Static<typeof sessionSchema>;
export type Overview = OverviewAnswer;
export type Charts = ChartsAnswer;
export type ChartPoint = ChartPointAnswer;
export type DeadLetters = Static<typeof deadLettersSchema>;
export type DeadLetter = Static<typeof deadLetterSchema>;
export type Retried = Static<typeof retriedSchema>;
export type Discarded = Static<typeof discardedSchema>;
export type OutboxRetried = Static<typeof outboxRetriedSchema>;
export type OutboxRows = Static<typeof outboxRowsSchema>;
export type Jobs = Static<typeof jobsSchema>;
export type AuditLog = Static<typeof auditSchema>;

/* The answers of query-api have the types of its OpenAPI document. */

export type Cart = QuerySchemas["Cart"];
export type CartItem = Cart["items"][number];
export type Adjustment = Cart["adjustments"][number];
export type CartSummary = QuerySchemas["CartSummary"];
export type CartList = QuerySchemas["CartList"];
export type CartEvent = QuerySchemas["CartEvent"];
export type History = QuerySchemas["History"];
export type Policy = QuerySchemas["CartAbandonedPolicy"];
export type Funnel = QuerySchemas["CartFunnel"];
export type FunnelCounts = Funnel["total"];
