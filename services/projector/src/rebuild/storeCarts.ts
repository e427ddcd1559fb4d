import { run, uuidToBytes } from "@cart/mysql";
import type { PoolConnection } from "mysql2/promise";
import { cartColumns, cartRow, type ColumnValue, itemColumns, itemRow } from "../readModel/cartRows.ts";
import type { CartTables } from "../readModel/cartTables.ts";
import type { FoldedCart } from "./foldStreams.ts";

export type CartRows = { readonly carts: ColumnValue[][]; readonly items: ColumnValue[][] };

/** The rows that these carts are. One whose first event cannot be projected has none. */
export const rowsOf = (folded: readonly FoldedCart[]): CartRows => {
  const carts: ColumnValue[][] = [];
  const items: ColumnValue[][] = [];
  for (const { id, projected } of folded) {
    const { cart } = projected;
    if (cart.status === "NONE") continue;
    const bytes = uuidToBytes(id);
    carts.push(cartRow(bytes, projected, cart));
    for (const line of cart.lines.values()) items.push(itemRow(bytes, line));
  }
  return { carts, items };
};

/** Inserts carts that the tables do not have. */
export const insertCarts = async (connection: PoolConnection, tables: CartTables, { carts, items }: CartRows): Promise<void> => {
  await inChunks(carts, (rows) => run(connection, `INSERT INTO ${tables.carts} (${cartColumns.join(", ")}) VALUES ?`, [rows]));
  await insertItems(connection, tables, items);
};

/** Puts carts in the place of whatever the tables have of them, in a transaction of the caller's. */
export const replaceCarts = async (connection: PoolConnection, tables: CartTables, { carts, items }: CartRows): Promise<void> => {
  const ids = carts.map(([id]) => id);
  if (ids.length > 0) await run(connection, `DELETE FROM ${tables.items} WHERE cart_id IN (?)`, [ids]);
  const updates = cartColumns.map((column) => `${column} = new.${column}`).join(", ");
  await inChunks(carts, (rows) =>
    run(connection, `INSERT INTO ${tables.carts} (${cartColumns.join(", ")}) VALUES ? AS new ON DUPLICATE KEY UPDATE ${updates}`, [rows]),
  );
  await insertItems(connection, tables, items);
};

const insertItems = (connection: PoolConnection, tables: CartTables, items: readonly ColumnValue[][]): Promise<void> =>
  inChunks(items, (rows) => run(connection, `INSERT INTO ${tables.items} (${itemColumns.join(", ")}) VALUES ?`, [rows]));

/** A row has at most some 1.5 KB, so a statement stays far below MySQL's default packet of 64 MB. */
const rowsAtOnce = 5_000;

const inChunks = async (rows: readonly ColumnValue[][], insert: (rows: readonly ColumnValue[][]) => Promise<unknown>): Promise<void> => {
  for (let begin = 0; begin < rows.length; begin += rowsAtOnce) await insert(rows.slice(begin, begin + rowsAtOnce));
};
