import { DomainError } from "../domainError.ts";
import { currencyDecimals } from "./currencies.ts";

const decimalsOf = (currency: string): number => {
  const decimals = currencyDecimals(currency);
  if (decimals === undefined) {
    throw new DomainError("CURRENCY_UNKNOWN", `"${currency}" is not an ISO 4217 currency code`, "currency");
  }
  return decimals;
};

/**
 * Converts a decimal amount to an integer of the currency's minor units: 29.99 USD becomes 2999.
 *
 * The result is exact, because the function reads the digits of the number's shortest
 * decimal form (the client's text, up to 15 significant digits) and never multiplies a
 * float. Throws `PRICE_INVALID` for more decimals than the currency has.
 */
export const toMinorUnits = (amount: number, currency: string): number => {
  const decimals = decimalsOf(currency);
  const [, whole, fraction = ""] = /^(\d+)(?:\.(\d+))?$/.exec(String(amount)) ?? [];
  if (whole === undefined || fraction.length > decimals) {
    throw new DomainError("PRICE_INVALID", `price ${amount} is not an amount of ${currency}, which has ${decimals} decimals`, "price");
  }
  return Number(whole + fraction.padEnd(decimals, "0"));
};

/** The inverse of `toMinorUnits`: 2999 USD becomes 29.99. The result is exact for every amount that a cart can hold. */
export const fromMinorUnits = (minorUnits: number, currency: string): number => {
  const decimals = decimalsOf(currency);
  const digits = String(minorUnits).padStart(decimals + 1, "0");
  const point = digits.length - decimals;
  return Number(`${digits.slice(0, point)}.${digits.slice(point)}`);
};
