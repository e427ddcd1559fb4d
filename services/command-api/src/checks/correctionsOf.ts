import { DomainError, type LinePrice, toMinorUnits } from "@cart/domain";
import type { AllowingAnswer, CheckedCart, CheckRequest, Corrections } from "./checkMessages.ts";

/**
 * Returns what an answer corrects in the change that the shop was asked about. Throws if a price is not an amount of the currency,
 * or is of a line that the cart does not have: such an answer is not valid, and no client is to blame for it.
 */
export const correctionsOf = ({ change, cart }: CheckRequest, { price, name, prices = [] }: AllowingAnswer): Corrections => {
  switch (change.operation) {
    case "add":
      if (price !== undefined) requireAmount(price, change.currency);
      return { ...(price === undefined ? {} : { price }), ...(name === undefined ? {} : { name }) };
    case "submit":
      return cart === null ? {} : linePrices(cart, prices);
    case "merge":
      return linePrices(change.result, prices);
    default:
      return change satisfies never;
  }
};

const linePrices = ({ currency, items }: CheckedCart, prices: NonNullable<AllowingAnswer["prices"]>): Corrections => {
  const lines = new Set(items.map(({ line_id }) => line_id));
  const corrected = prices.map(({ line_id: lineId, price }): LinePrice => {
    // Each line once: a second price for the same line would contradict the first.
    if (!lines.delete(lineId))
      throw new Error("the check's answer has a price for a line that the cart does not have, or two for one line");
    requireAmount(price, currency);
    return { lineId, price };
  });
  return corrected.length === 0 ? {} : { prices: corrected };
};

/** The error has no value, because it is logged. */
const requireAmount = (price: number, currency: string): void => {
  try {
    toMinorUnits(price, currency);
  } catch (error) {
    throw error instanceof DomainError ? new Error("the check's answer has a price that is not an amount of the currency") : error;
  }
};
