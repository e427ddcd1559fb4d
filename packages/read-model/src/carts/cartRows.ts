import { type Attributes, type CartLine, type ExistingCart, itemCount, itemsAmount } from "@cart/domain";
import { uuidToBytes } from "@cart/mysql";
import type { ProjectedTable, Row, TableRows } from "../projection/projectedTable.ts";
import type { ProjectedCart } from "./projectedCart.ts";

/** The columns that never change while the cart exists. */
const fixedColumns = { id: "bytes", tenant_id: "text", created_at: "time" } as const;

const changing = {
  user_id: "text",
  currency: "text",
  status: "text",
  total_amount: "text",
  item_count: "text",
  line_count: "text",
  order_id: "text",
  merged_into: "bytes",
  abandoned_at: "time",
  reminded_step: "text",
  attributes: "text",
  adjustments: "text",
  adjustments_stale: "text",
  version: "text",
  next_position: "text",
  updated_at: "time",
} as const;

export const changingColumns = Object.keys(changing);

export const cartsTable = {
  name: "carts",
  aggregateColumn: "id",
  columns: { ...fixedColumns, ...changing },
} as const satisfies ProjectedTable;

export const itemsTable = {
  name: "cart_items",
  aggregateColumn: "cart_id",
  rowColumn: "line_id",
  columns: {
    cart_id: "bytes",
    line_id: "text",
    item_id: "text",
    name: "text",
    attributes: "text",
    quantity: "text",
    unit_price: "text",
    position: "text",
  },
} as const satisfies ProjectedTable;

export const milestonesTable = {
  name: "cart_milestones",
  aggregateColumn: "cart_id",
  rowColumn: "milestone",
  columns: { cart_id: "bytes", milestone: "text", tenant_id: "text", day: "time" },
} as const satisfies ProjectedTable;

export const cartTables = [cartsTable, itemsTable, milestonesTable] as const;

/** Returns the cart's row in `cartsTable`. */
export const cartRow = (id: Buffer, projected: ProjectedCart, cart: ExistingCart): Row => [
  id,
  cart.tenantId,
  projected.createdAt,
  ...changingValues(projected, cart),
];

/** Returns the values of `changingColumns`, in their order. */
export const changingValues = ({ version, updatedAt, abandonedAt }: ProjectedCart, cart: ExistingCart): Row => [
  cart.userId,
  cart.currency,
  cart.status,
  itemsAmount(cart),
  itemCount(cart),
  cart.lines.size,
  cart.status === "CLOSED" ? cart.orderId : null,
  cart.status === "MERGED" ? uuidToBytes(cart.mergedInto) : null,
  abandonedAt,
  cart.status === "ABANDONED" ? cart.remindedStep : 0,
  attributesColumn(cart.attributes),
  cart.adjustments.length === 0 ? null : JSON.stringify(cart.adjustments),
  cart.areAdjustmentsStale ? 1 : 0,
  version,
  cart.nextPosition,
  updatedAt,
];

/** Attributes as JSON text, which is NULL without any. They are in the order of their names, so equal attributes are equal texts. */
const attributesColumn = (attributes: Attributes): string | null =>
  Object.keys(attributes).length === 0 ? null : JSON.stringify(attributes);

/** Returns the line's row in `itemsTable`. */
export const itemRow = (cartId: Buffer, { lineId, itemId, name, attributes, quantity, unitPrice, position }: CartLine): Row => [
  cartId,
  lineId,
  itemId,
  name,
  attributesColumn(attributes),
  quantity,
  unitPrice,
  position,
];

/** Returns the cart's rows in `milestonesTable`. */
export const milestoneRows = (cartId: Buffer, { reached }: ProjectedCart, { tenantId }: ExistingCart): Row[] =>
  [...reached].map(([milestone, at]) => [cartId, milestone, tenantId, dayOf(at)]);

const dayOf = (time: Date): Date => new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()));

/** Returns all rows of a cart that was folded from its first event. */
export const cartRows = (id: Buffer, projected: ProjectedCart): TableRows => {
  const { cart } = projected;
  if (cart.status === "NONE") return {};
  return {
    [cartsTable.name]: [cartRow(id, projected, cart)],
    [itemsTable.name]: [...cart.lines.values()].map((line) => itemRow(id, line)),
    [milestonesTable.name]: milestoneRows(id, projected, cart),
  };
};
