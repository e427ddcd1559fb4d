import { expect } from "chai";
import { reasonOf } from "./auditLog.ts";

describe("the reason of an action that failed", () => {
  it("is the text of the error, but not if that may quote what is stored", () => {
    expect(reasonOf(new Error("another rebuild runs"))).to.equal("another rebuild runs");
    const refused = Object.assign(new Error("Duplicate entry 'ann@example.com' for key 'user'"), {
      code: "ER_DUP_ENTRY",
      sqlState: "23000",
    });
    expect(reasonOf(refused)).to.equal("Error ER_DUP_ENTRY");
    expect(reasonOf("Duplicate entry 'ann@example.com'")).to.equal("string");
  });
});
