import type { Attributes, CartStatus, StoredAdjustment } from "@cart/domain";
import { bytesToUuid } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import type { CartSummaryRecord } from "./cartView.ts";

/** Of the table `carts c`, for a `CartRow`. */
export const cartColumns =
  "c.id, c.tenant_id, c.user_id, c.status, c.currency, c.total_amount, c.item_count, c.line_count, c.order_id, c.merged_into, c.abandoned_at, c.attributes, c.adjustments, c.adjustments_stale, c.version, c.created_at, c.updated_at";

export type CartRow = RowDataPacket & {
  readonly id: Buffer;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly status: CartStatus;
  readonly currency: string;
  /** The sum of the lines. */
  readonly total_amount: number;
  readonly item_count: number;
  readonly line_count: number;
  readonly order_id: string | null;
  readonly merged_into: Buffer | null;
  readonly abandoned_at: Date | null;
  readonly attributes: string | null;
  readonly adjustments: string | null;
  readonly adjustments_stale: number;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
};

const toAdjustments = (text: string | null): StoredAdjustment[] => (text === null ? [] : (JSON.parse(text) as StoredAdjustment[]));

/** Only the projector writes the text. */
export const toAttributes = (text: string | null): Attributes => (text === null ? {} : (JSON.parse(text) as Attributes));

export const toCartSummary = (row: CartRow): CartSummaryRecord => ({
  id: bytesToUuid(row.id),
  tenantId: row.tenant_id,
  userId: row.user_id,
  status: row.status,
  currency: row.currency,
  itemsAmount: row.total_amount,
  adjustments: toAdjustments(row.adjustments),
  areAdjustmentsStale: row.adjustments_stale === 1,
  itemCount: row.item_count,
  lineCount: row.line_count,
  orderId: row.order_id,
  mergedInto: row.merged_into === null ? null : bytesToUuid(row.merged_into),
  abandonedAt: row.abandoned_at,
  attributes: toAttributes(row.attributes),
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
