/** The names of a pair of tables that hold carts: the ones that are read, or those that a rebuild prepares. */
export type CartTables = { readonly carts: string; readonly items: string };

export const liveTables: CartTables = { carts: "carts", items: "cart_items" };
