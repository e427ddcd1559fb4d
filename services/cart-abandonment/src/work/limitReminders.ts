import type { Pool } from "mysql2/promise";
import { localDay } from "../policies/localDay.ts";
import { type LimitedReminder, takeReminderSlots } from "../shoppers/reminderSlots.ts";
import type { DecidedCart } from "./actOnCart.ts";

/** Makes the reminders wait for the next day whose users have had as many reminders today as their policies allow. */
export const limitReminders = async (pool: Pool, carts: readonly DecidedCart[], now: Date): Promise<readonly DecidedCart[]> => {
  const limited = new Map<DecidedCart, { readonly reminder: LimitedReminder; readonly until: Date }>();
  for (const cart of carts) {
    const { decision, progress, timer } = cart;
    const { tenantId, userId, version } = progress;
    if (decision.kind !== "REMIND" || tenantId === undefined || userId === undefined) continue;
    const { maxRemindersPerDay: maxPerDay, timeZone } = decision.rules;
    if (maxPerDay === null) continue;
    const { day, end } = localDay(now, timeZone);
    limited.set(cart, { reminder: { tenantId, userId, cartId: timer.cartId, version, day, maxPerDay }, until: end });
  }
  const granted = await takeReminderSlots(
    pool,
    [...limited.values()].map(({ reminder }) => reminder),
  );
  return carts.map((cart) => {
    const { decision } = cart;
    const limit = limited.get(cart);
    if (decision.kind !== "REMIND" || limit === undefined || granted.has(limit.reminder)) return cart;
    return { ...cart, decision: { kind: "LIMITED", until: limit.until, policyVersion: decision.policyVersion } };
  });
};
