import { type CartLine, type ExistingCart, itemCount, totalAmount } from "@cart/domain";
import { uuidToBytes } from "@cart/mysql";
import type { ProjectedCart } from "../projection/projectedCart.ts";

/** As in the database: ids are bytes, times are dates. */
export type ColumnValue = Buffer | string | number | Date | null;

export const cartColumns = [
  "id",
  "tenant_id",
  "user_id",
  "status",
  "currency",
  "total_amount",
  "item_count",
  "line_count",
  "order_id",
  "merged_into",
  "abandoned_at",
  "reminded_step",
  "version",
  "next_position",
  "created_at",
  "updated_at",
] as const;

export const itemColumns = ["cart_id", "item_id", "name", "quantity", "unit_price", "position"] as const;

/** The values of `cartColumns`. */
export const cartRow = (id: Buffer, { version, createdAt, updatedAt, abandonedAt }: ProjectedCart, cart: ExistingCart): ColumnValue[] => [
  id,
  cart.tenantId,
  cart.userId,
  cart.status,
  cart.currency,
  totalAmount(cart),
  itemCount(cart),
  cart.lines.size,
  cart.status === "CLOSED" ? cart.orderId : null,
  cart.status === "MERGED" ? uuidToBytes(cart.mergedInto) : null,
  abandonedAt,
  cart.status === "ABANDONED" ? cart.remindedStep : 0,
  version,
  cart.nextPosition,
  createdAt,
  updatedAt,
];

/** The values of `itemColumns`. */
export const itemRow = (cartId: Buffer, { itemId, name, quantity, unitPrice, position }: CartLine): ColumnValue[] => [
  cartId,
  itemId,
  name,
  quantity,
  unitPrice,
  position,
];
