import { DomainError } from "../domainError.ts";
import { maxAmount } from "../money/minorUnits.ts";
import { adjustmentsAmount, type ExistingCart, itemsAmount } from "./cartState.ts";

export const maxLines = 500;
export const maxQuantity = 100_000;

/** `field` names the input that would exceed the limit. */
export const requireLineCount = (lines: number, field: string): void => {
  if (lines > maxLines)
    throw new DomainError("LINE_LIMIT_EXCEEDED", `a cart has at most ${maxLines} lines, this one would have ${lines}`, field);
};

export const requireQuantity = (itemId: string, quantity: number, field: string): void => {
  if (quantity > maxQuantity) {
    throw new DomainError(
      "QUANTITY_LIMIT_EXCEEDED",
      `a line has a quantity of at most ${maxQuantity}, item ${itemId} would have ${quantity}`,
      field,
    );
  }
};

/**
 * Refuses a change that would raise the cart's amounts above `maxAmount`. `difference` is what the change adds to the sum of the
 * lines, in minor units. It may be inexact, but only where it is far above the limit. A change that lowers the sum always passes.
 */
export const requireAmount = (cart: ExistingCart | undefined, difference: number, field: string): void => {
  if (difference <= 0) return;
  const items = (cart === undefined ? 0 : itemsAmount(cart)) + difference;
  const adjustments = cart === undefined ? 0 : adjustmentsAmount(cart);
  if (Math.max(items, items + adjustments) > maxAmount) {
    throw new DomainError(
      "AMOUNT_LIMIT_EXCEEDED",
      `a cart's amounts have at most ${String(maxAmount).length} digits in minor units of its currency, and this one would have more`,
      field,
    );
  }
};
