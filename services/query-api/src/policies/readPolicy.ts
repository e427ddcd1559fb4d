import { tenantPolicyId } from "@cart/domain";
import { uuidToBytes } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import type { PolicyView } from "./policyView.ts";

type Row = RowDataPacket &
  Omit<PolicyView, "reminders" | "created_at" | "updated_at"> & {
    readonly reminders: string;
    readonly created_at: Date;
    readonly updated_at: Date;
  };

export const readPolicy = async (readModel: ReadOnlyDatabase, tenantId: string): Promise<PolicyView | undefined> => {
  const [row] = await readModel.query<Row>(
    `SELECT tenant_id, title, abandoned_minutes, quiet_time_from, quiet_time_to, time_zone, reminders, checkout_abandoned_minutes,
            overtaken_reminders, max_reminders_per_day, version, created_at, updated_at
     FROM cart_abandoned_policies WHERE id = ? AND status = 'ACTIVE'`,
    [uuidToBytes(tenantPolicyId(tenantId))],
  );
  if (row === undefined) return undefined;
  return {
    ...row,
    reminders: JSON.parse(row.reminders) as number[],
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
};
