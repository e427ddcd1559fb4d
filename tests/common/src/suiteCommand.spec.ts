import { UserError } from "@cart/tools/own-servers";
import { expect } from "chai";
import { helpOf, parseSuiteCommand } from "./suiteCommand.ts";

const command = {
  script: "test:example",
  about: "Tries examples.",
  part: "row",
  parts: [{ name: "one" }, { name: "two" }, { name: "three" }],
  options: { seed: { type: "string", value: "N", help: "seed of the random times" } },
} as const;

describe("parseSuiteCommand", () => {
  it("chooses every part without --only", () => {
    expect(parseSuiteCommand(command, []).chosen).to.deep.equal(command.parts);
  });

  it("chooses the parts that --only names, in its order", () => {
    expect(parseSuiteCommand(command, ["--only", "three,one"]).chosen.map(({ name }) => name)).to.deep.equal(["three", "one"]);
  });

  it("returns the values of the suite's own options", () => {
    expect(parseSuiteCommand(command, ["--seed", "7"]).values["seed"]).to.equal("7");
  });

  it("names the parts that exist if --only names another", () => {
    expect(() => parseSuiteCommand(command, ["--only", "four"])).to.throw(
      UserError,
      'there is no row "four", expected one of one, two, three',
    );
  });

  it("refuses an unknown option", () => {
    expect(() => parseSuiteCommand(command, ["--olny", "one"])).to.throw(UserError, "--olny");
  });

  it("lists every option and part in the help", () => {
    expect(helpOf(command)).to.include("--only NAME").and.include("--seed N").and.include("--help").and.include("one, two, three");
  });
});
