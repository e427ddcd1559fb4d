import { type ColumnValue, inTransaction, rowStatements, run, uuidToBytes, withoutConflict, writeTogether } from "@cart/mysql";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { type Shopper, shopperKey } from "./purchases.ts";

/** A reminder that a policy allows only if the user has not had enough of them on this day. */
export type LimitedReminder = Shopper & {
  readonly cartId: string;
  /** The cart's version on which the reminder was decided. */
  readonly version: number;
  /** The day in the policy's time zone, such as 2026-06-10. */
  readonly day: string;
  readonly maxPerDay: number;
};

/**
 * Takes a slot of the user's day for each reminder, in one transaction, and returns the reminders that got one. Slots are
 * numbered, and the primary key admits each number once, so two workers cannot exceed the limit together. A reminder that
 * was decided on the same version of its cart keeps the slot that it has, so it may ask again after a failure.
 */
export const takeReminderSlots = async (pool: Pool, reminders: readonly LimitedReminder[]): Promise<ReadonlySet<LimitedReminder>> => {
  if (reminders.length === 0) return new Set();
  return withoutConflict(() =>
    inTransaction(pool, async (connection) => {
      const taken = await findSlots(connection, reminders);
      const granted = new Set<LimitedReminder>();
      const rows: ColumnValue[][] = [];
      for (const reminder of reminders) {
        const ofDay = taken.get(dayKey(reminder)) ?? [];
        taken.set(dayKey(reminder), ofDay);
        if (!ofDay.includes(cartKey(reminder))) {
          if (ofDay.length >= reminder.maxPerDay) continue;
          ofDay.push(cartKey(reminder));
          const { tenantId, userId, day, cartId, version } = reminder;
          rows.push([tenantId, userId, day, ofDay.length, uuidToBytes(cartId), version]);
        }
        granted.add(reminder);
      }
      const insert = "INSERT INTO reminder_slots (tenant_id, user_id, day, slot, cart_id, version) VALUES ?";
      await writeTogether(connection, rowStatements(insert, rows));
      return granted;
    }),
  );
};

type SlotRow = RowDataPacket & {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly day: string;
  readonly cart_id: string;
  readonly version: number;
};

/** Reads the slots that are taken on the reminders' days: the carts of each user and day. */
const findSlots = async (connection: PoolConnection, reminders: readonly LimitedReminder[]): Promise<Map<string, string[]>> => {
  const rows = await run<SlotRow[]>(
    connection,
    `SELECT tenant_id, user_id, DATE_FORMAT(day, '%Y-%m-%d') AS day, BIN_TO_UUID(cart_id) AS cart_id, version
     FROM reminder_slots WHERE (tenant_id, user_id, reminder_slots.day) IN (?)`,
    [reminders.map(({ tenantId, userId, day }) => [tenantId, userId, day])],
  );
  const taken = new Map<string, string[]>();
  for (const row of rows) {
    const key = dayKey({ tenantId: row.tenant_id, userId: row.user_id, day: row.day });
    taken.set(key, [...(taken.get(key) ?? []), cartKey({ cartId: row.cart_id, version: row.version })]);
  }
  return taken;
};

const dayKey = (reminder: Pick<LimitedReminder, "tenantId" | "userId" | "day">): string => `${reminder.day} ${shopperKey(reminder)}`;
const cartKey = ({ cartId, version }: Pick<LimitedReminder, "cartId" | "version">): string => `${cartId} ${version}`;
