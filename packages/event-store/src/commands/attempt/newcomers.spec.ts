import { expect } from "chai";
import { createNewcomers } from "./newcomers.ts";

describe("newcomers", () => {
  const times = (count: number, act: () => void): void => Array.from({ length: count }).forEach(act);

  it("are usual until three known streams in a row, and again after a series of new streams", () => {
    const newcomers = createNewcomers();
    times(2, () => newcomers.saw(false));
    expect(newcomers.areUsual()).to.equal(true);
    newcomers.saw(false);
    expect(newcomers.areUsual()).to.equal(false);
    times(20, () => newcomers.saw(true));
    expect(newcomers.areUsual()).to.equal(true);
  });

  it("are not usual if every fifth stream is known", () => {
    const newcomers = createNewcomers();
    times(20, () => {
      times(4, () => newcomers.saw(true));
      newcomers.saw(false);
    });
    expect(newcomers.areUsual()).to.equal(false);
  });
});
