import { expect } from "chai";
import { abortableDelay, delayFor } from "./backoff.ts";

describe("delayFor", () => {
  it("doubles its bound with each attempt, up to the maximum", () => {
    const longest = [1, 2, 3, 4, 5, 2000].map((attempt) => delayFor(attempt, { baseMs: 100, maxMs: 1000, random: () => 0.999999 }));
    expect(longest).to.deep.equal([100, 200, 400, 800, 1000, 1000]);
  });

  it("can be every whole number from 0 to its bound", () => {
    const delays = [0, 0.25, 0.5].map((random) => delayFor(3, { baseMs: 100, maxMs: 1000, random: () => random }));
    expect(delays).to.deep.equal([0, 100, 200]);
  });
});

describe("abortableDelay", () => {
  it("resolves after the delay", async () => {
    await abortableDelay(1, new AbortController().signal);
    await abortableDelay(1);
  });

  it("resolves at once if the signal is aborted before or during the delay", async () => {
    const aborting = new AbortController();
    const hour = abortableDelay(3_600_000, aborting.signal);
    aborting.abort();
    await hour;
    await abortableDelay(3_600_000, aborting.signal);
  });
});
