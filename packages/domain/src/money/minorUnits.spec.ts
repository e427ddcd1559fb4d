import { expect } from "chai";
import { DomainError } from "../domainError.ts";
import { fromMinorUnits, maxAmount, toMinorUnits } from "./minorUnits.ts";

describe("minor units", () => {
  const cases: readonly [number, string, number][] = [
    [29.99, "USD", 2999],
    [0, "USD", 0],
    [0.1, "EUR", 10],
    [1.005, "KWD", 1005],
    [4.35, "EUR", 435],
    [1_000_000, "USD", 100_000_000],
    [999_999.999, "KWD", 999_999_999],
    [500, "JPY", 500],
    [1.2345, "CLF", 12345],
  ];

  for (const [amount, currency, minorUnits] of cases) {
    it(`${amount} ${currency} is ${minorUnits}, and back`, () => {
      expect(toMinorUnits(amount, currency)).to.equal(minorUnits);
      expect(fromMinorUnits(minorUnits, currency)).to.equal(amount);
    });
  }

  for (const [amount, currency] of [
    [29.999, "USD"],
    [1.5, "JPY"],
    [1.0001, "KWD"],
    [1e-7, "USD"],
    [-1, "USD"],
    [Number.NaN, "USD"],
    [1e21, "USD"],
  ] as const) {
    it(`refuses ${amount} ${currency}`, () => {
      expect(() => toMinorUnits(amount, currency))
        .to.throw(DomainError)
        .with.property("code", "PRICE_INVALID");
    });
  }

  it("refuses an unknown currency", () => {
    expect(() => toMinorUnits(1, "ABC"))
      .to.throw(DomainError)
      .with.property("code", "CURRENCY_UNKNOWN");
  });

  it("is the exact inverse for the greatest total that a cart can have", () => {
    for (const currency of ["VND", "USD", "KWD", "CLF"])
      expect(toMinorUnits(fromMinorUnits(maxAmount, currency), currency), currency).to.equal(maxAmount);
  });
});
