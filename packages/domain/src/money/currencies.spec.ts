import { expect } from "chai";
import { data } from "currency-codes";
import { currencyDecimals, isCurrency, missingInPackage, noCurrencies } from "./currencies.ts";

/** The decimals with which amounts may be stored. Only codes may be added: no line may change or go. */
const stored: Readonly<Record<number, string>> = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
  2:
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF " +
    "CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD " +
    "HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT " +
    "MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR " +
    "SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU " +
    "UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
  3: "BHD IQD JOD KWD LYD OMR TND",
  4: "CLF UYW",
};

describe("currencies", () => {
  it("have the decimals with which amounts are stored, for ever", () => {
    for (const [decimals, codes] of Object.entries(stored))
      for (const code of codes.split(" ")) expect(currencyDecimals(code), code).to.equal(Number(decimals));
  });

  it("are all pinned here, so that an upgrade of the package adds none unseen", () => {
    const pinned = new Set(Object.values(stored).flatMap((codes) => codes.split(" ")));
    const known = [...data.map(({ code }) => code), ...missingInPackage.map(([code]) => code)].filter(isCurrency);
    expect(known.filter((code) => !pinned.has(code))).to.deep.equal([]);
  });

  it("include what the package lacks, and name nothing that it has", () => {
    const inPackage = new Set(data.map(({ code }) => code));
    for (const [code] of missingInPackage) expect(inPackage.has(code), code).to.equal(false);
    expect(currencyDecimals("XCG")).to.equal(2);
  });

  it("lack no currency that ICU has, except those that are no more", () => {
    const withdrawn = new Set(["HRK", "SLL", "ZWL"]);
    const lacking = Intl.supportedValuesOf("currency").filter((code) => !isCurrency(code) && !noCurrencies.has(code));
    expect(lacking.filter((code) => !withdrawn.has(code))).to.deep.equal([]);
  });

  it("are no metals, units of account or tests", () => {
    for (const code of noCurrencies) expect(isCurrency(code), code).to.equal(false);
    for (const code of ["ABC", "usd", "", "constructor"]) expect(isCurrency(code), code).to.equal(false);
  });
});
