import { run, withConnection } from "@cart/mysql";
import { type Logger, type Loop, startPurge } from "@cart/process-kit";
import type { Pool, ResultSetHeader } from "mysql2/promise";

export type ShopperPurgeOptions = { readonly pool: Pool; readonly now: () => Date; readonly logger: Logger };

/** A reminder is due at most 30 days after the abandonment and may be moved by other reminders; then no purchase matters to it any more. */
const purchaseRetentionMs = 90 * 86_400_000;

/** A day's slots count until the day has ended in every time zone. */
const slotRetentionMs = 3 * 86_400_000;

/** Deletes purchases and reminder slots that no reminder can depend on any more. Every process does it, because it is safe and cheap. */
export const startShopperPurge = ({ pool, now, logger }: ShopperPurgeOptions): Loop =>
  startPurge({
    name: "the purge of purchases and reminder slots",
    deleteExpired: (limit) => deleteExpired(pool, now(), limit),
    intervalMs: 3_600_000,
    logger,
  });

/** Deletes at most `limit` rows of each table; resolves to the greater number of deleted rows. */
export const deleteExpired = async (pool: Pool, now: Date, limit: number): Promise<number> =>
  withConnection(pool, async (connection) => {
    const before = (retentionMs: number): Date => new Date(now.getTime() - retentionMs);
    const purchases = await run<ResultSetHeader>(connection, "DELETE FROM purchases WHERE purchased_at < ? LIMIT ?", [
      before(purchaseRetentionMs),
      limit,
    ]);
    const slots = await run<ResultSetHeader>(connection, "DELETE FROM reminder_slots WHERE day < DATE(?) LIMIT ?", [
      before(slotRetentionMs),
      limit,
    ]);
    return Math.max(purchases.affectedRows, slots.affectedRows);
  });
