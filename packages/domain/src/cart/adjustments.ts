import { DomainError } from "../domainError.ts";
import { maxAmount, toSignedMinorUnits } from "../money/minorUnits.ts";

export const adjustmentKinds = ["discount", "shipping", "tax", "fee"] as const;

/**
 * A part of the total that is no line. The shop computes it and the cart carries it. `amount` is minor units of the cart's
 * currency in events and states, and a decimal amount in commands; a discount is negative.
 */
export type Adjustment = {
  readonly kind: (typeof adjustmentKinds)[number];
  readonly amount: number;
  /** For display. */
  readonly label?: string | undefined;
  /** What the shop calls its cause, such as a voucher. */
  readonly reference?: string | undefined;
};

/** An adjustment as events and states have it. */
export type StoredAdjustment = Pick<Adjustment, "kind" | "amount"> & { readonly label?: string; readonly reference?: string };

/** Returns the adjustment with its members in a fixed order, because MySQL stores them in an order of its own. */
export const canonicalAdjustment = ({ kind, amount, label, reference }: Adjustment): StoredAdjustment => ({
  kind,
  amount,
  ...(label === undefined ? {} : { label }),
  ...(reference === undefined ? {} : { reference }),
});

/** Returns adjustments with decimal amounts as they are stored. A refusal names the adjustment by its place, from 0. */
export const toStoredAdjustments = (adjustments: readonly Adjustment[], currency: string): readonly StoredAdjustment[] =>
  adjustments.map((adjustment, place) => {
    const field = `adjustments/${place}/amount`;
    const amount = toSignedMinorUnits(adjustment.amount, currency, field);
    if (adjustment.kind === "discount" && amount > 0) {
      throw new DomainError("ADJUSTMENT_INVALID", `a discount has a negative amount, this one has ${adjustment.amount}`, field);
    }
    return canonicalAdjustment({ ...adjustment, amount });
  });

export const sumOfAdjustments = (adjustments: readonly StoredAdjustment[]): number => {
  let sum = 0;
  for (const { amount } of adjustments) sum += amount;
  return sum;
};

/** What lines of this amount cost with the adjustments: never less than 0. */
export const totalWith = (itemsAmount: number, adjustments: readonly StoredAdjustment[]): number =>
  Math.max(0, itemsAmount + sumOfAdjustments(adjustments));

/**
 * Refuses adjustments whose sums would be inexact. The sums of the positive and of the negative amounts are bounded one by one,
 * so that every partial sum is exact too.
 */
export const requireAdjustmentsAmount = (adjustments: readonly StoredAdjustment[], itemsAmount: number): void => {
  const raised = sumOfAdjustments(adjustments.filter(({ amount }) => amount > 0));
  const lowered = sumOfAdjustments(adjustments.filter(({ amount }) => amount < 0));
  if (raised > maxAmount || lowered < -maxAmount || itemsAmount + raised > maxAmount) {
    throw new DomainError(
      "AMOUNT_LIMIT_EXCEEDED",
      `a cart's amounts have at most ${String(maxAmount).length} digits in minor units of its currency, and this one would have more`,
      "adjustments",
    );
  }
};
