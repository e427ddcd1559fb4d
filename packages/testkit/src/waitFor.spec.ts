import { expect } from "chai";
import { waitFor } from "./waitFor.ts";

const failureOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
  } catch (error) {
    return String(error);
  }
  throw new Error("expected a failure");
};

describe("waitFor", () => {
  it("polls until the condition returns a value, despite errors", async () => {
    const outcomes = [
      (): undefined => undefined,
      (): null => null,
      (): false => false,
      (): number => {
        throw new Error("not yet");
      },
      (): number => 0,
    ];
    const value: number = await waitFor("zero", async () => outcomes.shift()?.(), { everyMs: 1 });
    expect(value).to.equal(0);
    expect(outcomes).to.deep.equal([]);
  });

  it("names the condition and its last value", async () => {
    const failure = await failureOf(waitFor("the row", () => null, { timeoutMs: 20, everyMs: 1 }));
    expect(failure).to.equal("Error: gave up after 20 ms waiting for the row; last seen: null");
  });

  it("names the last error", async () => {
    const condition = () => expect(1).to.equal(2);
    const failure = await failureOf(waitFor("two", condition, { timeoutMs: 20, everyMs: 1 }));
    expect(failure).to.contain("waiting for two; last error: expected 1 to equal 2");
  });

  it("gives up on a condition that hangs", async () => {
    const failure = await failureOf(waitFor("an answer", () => new Promise<boolean>(() => {}), { timeoutMs: 20 }));
    expect(failure).to.contain("the condition never answered");
  });
});
