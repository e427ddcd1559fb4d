import { rowStatements, run, writeTogether } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";

/** A user of one tenant. */
export type Shopper = { readonly tenantId: string; readonly userId: string };

export type Purchase = Shopper & { readonly purchasedAt: Date };

/** Returns a key of the user, for maps. */
export const shopperKey = ({ tenantId, userId }: Shopper): string => JSON.stringify([tenantId, userId]);

/** Stores each user's last purchase. A purchase may be stored again, or after a later one. */
export const storePurchases = async (connection: PoolConnection, purchases: readonly Purchase[]): Promise<void> => {
  if (purchases.length === 0) return;
  const rows = purchases
    .map(({ tenantId, userId, purchasedAt }) => [tenantId, userId, purchasedAt] as const)
    // Sorted, so that two transactions lock rows in the same order.
    .toSorted(([tenant, user], [otherTenant, otherUser]) => (tenant === otherTenant ? order(user, otherUser) : order(tenant, otherTenant)));
  const insert = `INSERT INTO purchases (tenant_id, user_id, purchased_at) VALUES ? AS new
    ON DUPLICATE KEY UPDATE purchased_at = GREATEST(purchases.purchased_at, new.purchased_at)`;
  await writeTogether(connection, rowStatements(insert, rows));
};

const order = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** Reads the time of the last purchase of each of the users, by `shopperKey`. A user without a purchase has no entry. */
export const findPurchases = async (connection: PoolConnection, shoppers: readonly Shopper[]): Promise<ReadonlyMap<string, Date>> => {
  if (shoppers.length === 0) return new Map();
  const rows = await run<(RowDataPacket & { tenant_id: string; user_id: string; purchased_at: Date })[]>(
    connection,
    "SELECT tenant_id, user_id, purchased_at FROM purchases WHERE (tenant_id, user_id) IN (?)",
    [shoppers.map(({ tenantId, userId }) => [tenantId, userId])],
  );
  return new Map(rows.map((row) => [shopperKey({ tenantId: row.tenant_id, userId: row.user_id }), row.purchased_at]));
};
