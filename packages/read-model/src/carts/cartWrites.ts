import { deleteByKeys, type Statement, uuidToBytes } from "@cart/mysql";
import { columnsOf, type Row } from "../projection/projectedTable.ts";
import type { Change } from "../projection/projection.ts";
import { rowGroups } from "../projection/rowGroups.ts";
import { cartRow, cartsTable, changingColumns, changingValues, itemRow, itemsTable, milestoneRows, milestonesTable } from "./cartRows.ts";
import { changedLines, type ProjectedCart } from "./projectedCart.ts";

const cartColumns = columnsOf(cartsTable).join(", ");
const itemColumns = columnsOf(itemsTable).join(", ");
const milestoneColumns = columnsOf(milestonesTable).join(", ");

export const cartWrites = (changes: readonly Change<ProjectedCart>[]): Statement[] => {
  const carts = changes.toSorted(byId).flatMap(({ id, before, after }) => {
    const { cart } = after;
    return cart.status === "NONE" ? [] : [{ id: uuidToBytes(id), before, after, cart }];
  });
  const lines = carts.map(({ id, before, cart }) => ({ id, ...changedLines(before.cart, cart) }));

  return [
    ...inChunks(
      carts.flatMap(({ id, before, after, cart }) => (before.version === 0 ? [cartRow(id, after, cart)] : [])),
      (rows) => ({ sql: `INSERT INTO carts (${cartColumns}) VALUES ?`, values: [rows] }),
    ),
    ...inChunks(
      carts.flatMap(({ id, before, after, cart }) => (before.version === 0 ? [] : [[id, ...changingValues(after, cart)]])),
      updateCarts,
    ),
    ...inChunks(
      lines.flatMap(({ id, written }) => written.map((line) => itemRow(id, line))),
      (rows) => ({
        sql: `INSERT INTO cart_items (${itemColumns}) VALUES ? AS new ON DUPLICATE KEY UPDATE
                item_id = new.item_id, name = new.name, attributes = new.attributes, quantity = new.quantity, unit_price = new.unit_price, position = new.position`,
        values: [rows],
      }),
    ),
    ...inChunks(
      lines.flatMap(({ id, removed }) => removed.map((lineId) => [id, lineId])),
      (rows) => ({ sql: `${deleteByKeys("cart_items")} WHERE (cart_id, line_id) IN (?)`, values: [rows] }),
    ),
    // A cart that has reached the milestone before keeps the day on which it first did.
    ...inChunks(
      carts.flatMap(({ id, after, cart }) => milestoneRows(id, after, cart)),
      (rows) => ({
        sql: `INSERT INTO cart_milestones (${milestoneColumns}) VALUES ? ON DUPLICATE KEY UPDATE day = day`,
        values: [rows],
      }),
    ),
  ];
};

/**
 * Joins the carts with their new values. That costs MySQL a sixth less than INSERT … ON DUPLICATE KEY UPDATE,
 * which tries to insert each row first.
 */
const updateCarts = (rows: readonly Row[]): Statement => ({
  sql: `UPDATE (VALUES ${rows.map(() => "ROW(?)").join(", ")}) AS new (id, ${changingColumns.join(", ")})
        STRAIGHT_JOIN carts AS cart ON cart.id = new.id
        SET ${changingColumns.map((column) => `cart.${column} = new.${column}`).join(", ")}`,
  values: rows,
});

const byId = (a: Change<ProjectedCart>, b: Change<ProjectedCart>): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const inChunks = (rows: readonly Row[], toStatement: (rows: readonly Row[]) => Statement): Statement[] => rowGroups(rows).map(toStatement);
