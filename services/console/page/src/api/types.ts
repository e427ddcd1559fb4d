import type { Static } from "typebox";
import type { auditSchema } from "../../../src/audit/auditRoutes.ts";
import type { Overview as OverviewAnswer } from "../../../src/overview/overviewSchema.ts";
import type { deadLetterSchema, deadLettersSchema, discardedSchema, retriedSchema } from "../../../src/repair/deadLetterSchemas.ts";
import type { jobsSchema } from "../../../src/repair/jobRoutes.ts";
import type { outboxRowsSchema } from "../../../src/repair/outboxRoutes.ts";
import type { sessionSchema } from "../../../src/session/sessionRoutes.ts";

/* The answers of the console's own back end have the types of the schemas that make its OpenAPI document. */

export type Session = Static<typeof sessionSchema>;
export type Overview = OverviewAnswer;
export type DeadLetters = Static<typeof deadLettersSchema>;
export type DeadLetter = Static<typeof deadLetterSchema>;
export type Retried = Static<typeof retriedSchema>;
export type Discarded = Static<typeof discardedSchema>;
export type OutboxRows = Static<typeof outboxRowsSchema>;
export type Jobs = Static<typeof jobsSchema>;
export type AuditLog = Static<typeof auditSchema>;

/* What the page uses of query-api's answers. Other members are shown under their names. */

export type CartSummary = {
  readonly id: string;
  readonly user_id: string;
  readonly tenant_id: string;
  readonly status: string;
  readonly currency: string;
  readonly total_amount: number;
  readonly item_count: number;
  readonly line_count: number;
  readonly order_id: string | null;
  readonly merged_into: string | null;
  readonly abandoned_at: string | null;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
};

export type CartItem = {
  readonly item_id: string;
  readonly name: string | null;
  readonly quantity: number;
  readonly price: number;
  readonly line_total: number;
};

export type Cart = CartSummary & { readonly items: readonly CartItem[] } & Readonly<Record<string, unknown>>;

export type CartList = { readonly carts: readonly CartSummary[]; readonly next_cursor: string | null };

export type CartEvent = {
  readonly event_id: string;
  readonly type: string;
  readonly version: number;
  readonly schema_version: number;
  readonly occurred_at: string;
  readonly correlation_id: string;
  readonly actor?: string;
  readonly data: Readonly<Record<string, unknown>>;
};

export type History = { readonly events: readonly CartEvent[]; readonly next_after_version: number | null };

export type Policy = {
  readonly tenant_id: string;
  readonly title: string;
  readonly abandoned_minutes: number;
  readonly quiet_time_from: string | null;
  readonly quiet_time_to: string | null;
  readonly time_zone: string;
  readonly reminders: readonly number[];
  readonly version: number;
  readonly updated_at: string;
};

export type FunnelCounts = {
  readonly created: number;
  readonly with_items: number;
  readonly submitted: number;
  readonly purchased: number;
  readonly abandoned: number;
  readonly recovered: number;
};

export type Funnel = { readonly total: FunnelCounts; readonly days: readonly (FunnelCounts & { readonly day: string })[] };
