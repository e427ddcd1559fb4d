import { type CartLine, type ExistingCart, itemCount, totalAmount } from "@cart/domain";
import { uuidToBytes } from "@cart/mysql";
import type { ProjectedCart } from "../projection/projectedCart.ts";

/** As in the database: ids are bytes, times are dates. */
export type ColumnValue = Buffer | string | number | Date | null;

/** What a cart keeps for as long as it exists. */
const fixedColumns = ["id", "tenant_id", "user_id", "currency", "created_at"] as const;

export const changingColumns = [
  "status",
  "total_amount",
  "item_count",
  "line_count",
  "order_id",
  "merged_into",
  "abandoned_at",
  "reminded_step",
  "version",
  "next_position",
  "updated_at",
] as const;

export const cartColumns = [...fixedColumns, ...changingColumns] as const;

export const itemColumns = ["cart_id", "item_id", "name", "quantity", "unit_price", "position"] as const;

/** The values of `cartColumns`. */
export const cartRow = (id: Buffer, projected: ProjectedCart, cart: ExistingCart): ColumnValue[] => [
  id,
  cart.tenantId,
  cart.userId,
  cart.currency,
  projected.createdAt,
  ...changingValues(projected, cart),
];

/** The values of `changingColumns`. */
export const changingValues = ({ version, updatedAt, abandonedAt }: ProjectedCart, cart: ExistingCart): ColumnValue[] => [
  cart.status,
  totalAmount(cart),
  itemCount(cart),
  cart.lines.size,
  cart.status === "CLOSED" ? cart.orderId : null,
  cart.status === "MERGED" ? uuidToBytes(cart.mergedInto) : null,
  abandonedAt,
  cart.status === "ABANDONED" ? cart.remindedStep : 0,
  version,
  cart.nextPosition,
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
