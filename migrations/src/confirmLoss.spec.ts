import { PassThrough } from "node:stream";
import { expect } from "chai";
import { confirmLoss } from "./confirmLoss.ts";

describe("the question before migrations are reverted", () => {
  const url = "mysql://root:secret@db.example:3307/abandonment";
  const outcome = (input: PassThrough & { isTTY?: boolean }): Promise<string> =>
    confirmLoss(url, ["2_b", "1_a"], { input, output: new PassThrough() }).then(
      () => "confirmed",
      (error: unknown) => String(error),
    );
  const terminal = (): PassThrough & { isTTY?: boolean } => Object.assign(new PassThrough(), { isTTY: true });

  for (const [answer, expected] of [
    ["abandonment\n", "confirmed"],
    ["yes\n", "Error: the answer was not the database's name: nothing was reverted"],
    ["\n", "Error: the answer was not the database's name: nothing was reverted"],
  ] as const) {
    it(`takes ${JSON.stringify(answer)} for ${expected}`, async () => {
      const input = terminal();
      input.write(answer);
      expect(await outcome(input)).to.equal(expected);
    });
  }

  it("treats the end of the input as a no", async () => {
    const input = terminal();
    input.end();
    expect(await outcome(input)).to.equal("Error: the answer was not the database's name: nothing was reverted");
  });

  it("reverts nothing without a terminal, and says what would be lost, where, and which option to add", async () => {
    expect(await outcome(new PassThrough())).to.equal(
      "Error: This reverts 2_b, 1_a of the database abandonment on db.example:3307. The data of its tables is lost. Add --yes to revert without a question",
    );
  });
});
