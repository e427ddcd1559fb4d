import type { CartMilestone } from "@cart/domain";
import type { RowDataPacket } from "mysql2/promise";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";

export type FunnelCount = { readonly day: string; readonly milestone: CartMilestone; readonly carts: number };

/**
 * How many of a tenant's carts first came to each milestone on each day that has some, archived carts too: along the index alone, so as
 * long as the answer. A cart that came back from the archive is counted once.
 */
export const readFunnel = (
  readModel: ReadOnlyDatabase,
  { tenantId, from, to }: { readonly tenantId: string; readonly from: string; readonly to: string },
): Promise<(RowDataPacket & FunnelCount)[]> =>
  readModel.query<RowDataPacket & FunnelCount>(
    `SELECT DATE_FORMAT(counted.day, '%Y-%m-%d') AS day, milestone, CAST(SUM(carts) AS SIGNED) AS carts FROM (
       SELECT day, milestone, COUNT(*) AS carts FROM cart_milestones WHERE tenant_id = ? AND day BETWEEN ? AND ? GROUP BY day, milestone
       UNION ALL
       SELECT day, milestone, COUNT(*) AS carts FROM archived_milestones a WHERE tenant_id = ? AND day BETWEEN ? AND ?
         AND NOT EXISTS (SELECT 1 FROM cart_milestones m WHERE m.cart_id = a.cart_id AND m.milestone = a.milestone)
       GROUP BY day, milestone) counted
     GROUP BY counted.day, milestone`,
    [tenantId, from, to, tenantId, from, to],
  );
