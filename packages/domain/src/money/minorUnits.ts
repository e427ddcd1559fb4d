import { DomainError } from "../domainError.ts";
import { currencyDecimals } from "./currencies.ts";

/**
 * The greatest amount of a cart, in minor units of any currency: its lines, its adjustments and its total. A number keeps 15 decimal
 * digits exactly, whatever its decimal point, so each amount up to this is the same number in minor units, in JSON and in MySQL.
 */
export const maxAmount = 999_999_999_999_999;

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
 * float. Throws `PRICE_INVALID` for more decimals than the currency has; `field` names the input with the amount.
 */
export const toMinorUnits = (amount: number, currency: string, field = "price"): number => {
  const decimals = decimalsOf(currency);
  const [, whole, fraction = ""] = /^(\d+)(?:\.(\d+))?$/.exec(String(amount)) ?? [];
  if (whole === undefined || fraction.length > decimals) {
    throw new DomainError("PRICE_INVALID", `${amount} is not an amount of ${currency}, which has ${decimals} decimals`, field);
  }
  return Number(whole + fraction.padEnd(decimals, "0"));
};

/** Converts like `toMinorUnits`, also an amount below 0. */
export const toSignedMinorUnits = (amount: number, currency: string, field: string): number =>
  amount < 0 ? -toMinorUnits(-amount, currency, field) : toMinorUnits(amount, currency, field);

/** The inverse of `toMinorUnits`: 2999 USD becomes 29.99, and -2999 USD -29.99. The result is exact for every amount that a cart can hold. */
export const fromMinorUnits = (minorUnits: number, currency: string): number => {
  if (minorUnits < 0) return -fromMinorUnits(-minorUnits, currency);
  const decimals = decimalsOf(currency);
  const digits = String(minorUnits).padStart(decimals + 1, "0");
  const point = digits.length - decimals;
  return Number(`${digits.slice(0, point)}.${digits.slice(point)}`);
};
