import { withConnection } from "@cart/mysql";
import type { Pool } from "mysql2/promise";
import { findPolicies } from "../policies/findPolicies.ts";
import { findPurchases, type Shopper, shopperKey } from "../shoppers/purchases.ts";
import type { Timer } from "../timers/timerRows.ts";
import type { DecidedCart, DueCart } from "./actOnCart.ts";
import { decideTimer } from "./decideTimer.ts";
import { limitReminders } from "./limitReminders.ts";

export type DecideCartsOptions = {
  readonly now: Date;
  /** Called for each cart that cannot be decided; the result omits it. */
  readonly onFailure: (timer: Timer, error: unknown) => void;
};

/** Decides what each of the due carts needs, by the policies, the purchases of their users, and the reminders of the day. */
export const decideCarts = async (
  pool: Pool,
  carts: readonly DueCart[],
  { now, onFailure }: DecideCartsOptions,
): Promise<readonly DecidedCart[]> => {
  const tenantIds = new Set(carts.flatMap(({ progress }) => progress.tenantId ?? []));
  const [policies, purchases] = await withConnection(pool, async (connection) => [
    await findPolicies(connection, [...tenantIds]),
    await findPurchases(connection, carts.flatMap(remindedShopper)),
  ]);
  const decided = carts.flatMap((cart): DecidedCart[] => {
    try {
      const [shopper] = remindedShopper(cart);
      const purchasedAt = shopper === undefined ? undefined : purchases.get(shopperKey(shopper));
      return [{ ...cart, decision: decideTimer(cart.progress, policies, now, purchasedAt) }];
    } catch (error) {
      onFailure(cart.timer, error);
      return [];
    }
  });
  return limitReminders(pool, decided, now);
};

/** Returns the user of a cart that waits for a reminder, if the user is known. */
const remindedShopper = ({ progress: { tenantId, userId, waitsFor } }: DueCart): readonly Shopper[] =>
  tenantId === undefined || userId === undefined || waitsFor === undefined || waitsFor.step === 0 ? [] : [{ tenantId, userId }];
