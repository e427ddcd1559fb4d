import { expect } from "chai";
import { isReadOnly, isUnavailable, unavailableReason } from "./mysqlError.ts";
import { NotPrimaryError } from "./serverRole.ts";

const answer = (errno: number): Error => Object.assign(new Error("INSERT INTO carts VALUES ('secret')"), { errno, sqlState: "HY000" });

describe("an answer of MySQL", () => {
  for (const [what, numbers, reason, readOnly] of [
    ["a full table or disk", [1021, 1114], "no room left", false],
    ["too many connections", [1040, 1129, 1203, 1226], "no connection left", false],
    ["a server that is read-only", [1290, 1792, 1836, 3100], "read-only", true],
  ] as const) {
    it(`about ${what} means that the database is unavailable, and says why without a value`, () => {
      for (const number of numbers) {
        const error = answer(number);
        expect([isUnavailable(error), isReadOnly(error)], String(number)).to.deep.equal([true, readOnly]);
        expect(unavailableReason(error)).to.contain(reason).and.not.to.contain("secret");
      }
    });
  }

  it("about the statement itself means nothing of the kind", () => {
    for (const number of [1062, 1064, 1146, 1242, 1406])
      expect([isUnavailable(answer(number)), isReadOnly(answer(number))]).to.deep.equal([false, false]);
  });

  it("is not needed to know that a server is not the primary", () => {
    const error = new NotPrimaryError();
    expect([isUnavailable(error), isReadOnly(error)]).to.deep.equal([true, true]);
  });
});
