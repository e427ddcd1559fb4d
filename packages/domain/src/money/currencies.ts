import { data } from "currency-codes";

/** The codes that ISO 4217 has and the package lacks: the Caribbean guilder followed ANG on 31 March 2025. */
export const missingInPackage: readonly (readonly [code: string, decimals: number])[] = [["XCG", 2]];

/** Codes of ISO 4217 that nothing is priced in: metals, units of account, tests and no currency. They have no minor unit. */
export const noCurrencies: ReadonlySet<string> = new Set("XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX".split(" "));

/**
 * Currencies by the decimals of their minor unit. The package follows ISO 4217.
 *
 * Stored amounts are integers of minor units, so the decimals of a currency that a cart may have must never change, and the
 * currency must stay known when ISO 4217 withdraws it. `currencies.spec.ts` pins them, so that an upgrade of the package
 * which changes one does not pass.
 */
const decimalsByCode: ReadonlyMap<string, number> = new Map(
  [...data.map(({ code, digits }) => [code, digits] as const), ...missingInPackage].filter(([code]) => !noCurrencies.has(code)),
);

export const isCurrency = (code: string): boolean => decimalsByCode.has(code);

/** Returns the decimals of the currency's minor unit, or `undefined` for a code that is no currency of ISO 4217. */
export const currencyDecimals = (code: string): number | undefined => decimalsByCode.get(code);
