import type { CartMilestone } from "@cart/domain";
import type { RowDataPacket } from "mysql2/promise";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";

export type FunnelCount = { readonly day: string; readonly milestone: CartMilestone; readonly carts: number };

/** How many of a tenant's carts first came to each milestone on each day that has some: along the index alone, so as long as the answer. */
export const readFunnel = (
  readModel: ReadOnlyDatabase,
  { tenantId, from, to }: { readonly tenantId: string; readonly from: string; readonly to: string },
): Promise<(RowDataPacket & FunnelCount)[]> =>
  readModel.query<RowDataPacket & FunnelCount>(
    `SELECT DATE_FORMAT(day, '%Y-%m-%d') AS day, milestone, COUNT(*) AS carts
     FROM cart_milestones WHERE tenant_id = ? AND day BETWEEN ? AND ? GROUP BY cart_milestones.day, milestone`,
    [tenantId, from, to],
  );
