import { expect } from "chai";
import { createGathering } from "./gathering.ts";

describe("gathering", () => {
  let time: number;
  const gatheringOf = (gatherMs: number) => createGathering({ gatherMs, now: () => time });

  beforeEach(() => {
    time = 5_000;
  });

  it("does not wait while fewer rows come than a steady stream has", () => {
    const gathering = gatheringOf(50);
    for (let fetch = 0; fetch < 100; fetch += 1) {
      time += 4;
      gathering.fetched(2);
      expect(gathering.waitMs()).to.equal(0);
    }
  });

  it("does not wait after a single large command", () => {
    const gathering = gatheringOf(50);
    gathering.fetched(64);
    time += 1_000;
    gathering.fetched(64);
    expect(gathering.waitMs()).to.equal(0);
  });

  it("waits until the time of one batch has passed since the last fetch, while rows come steadily", () => {
    const gathering = gatheringOf(50);
    gathering.fetched(120);
    expect(gathering.waitMs()).to.equal(50);
    time += 30;
    expect(gathering.waitMs()).to.equal(20);
    time += 30;
    expect(gathering.waitMs()).to.equal(0);
    gathering.fetched(120);
    expect(gathering.waitMs()).to.equal(50);
  });

  it("goes on without waits after a fetch that found no row", () => {
    const gathering = gatheringOf(50);
    gathering.fetched(500);
    gathering.fetched(0);
    expect(gathering.isSteady()).to.equal(false);
    gathering.fetched(20);
    expect(gathering.waitMs()).to.equal(0);
  });

  it("never waits if it may not", () => {
    const gathering = gatheringOf(0);
    gathering.fetched(5_000);
    expect(gathering.isSteady()).to.equal(false);
    expect(gathering.waitMs()).to.equal(0);
  });
});
