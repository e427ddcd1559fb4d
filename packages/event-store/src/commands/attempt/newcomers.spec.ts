import { expect } from "chai";
import { createNewcomers } from "./newcomers.ts";

describe("newcomers", () => {
  const times = (count: number, act: () => void): void => Array.from({ length: count }).forEach(act);

  it("are usual until three others came in a row, and again after some time of newcomers alone", () => {
    const newcomers = createNewcomers();
    times(2, () => newcomers.saw(false));
    expect(newcomers.areUsual()).to.equal(true);
    newcomers.saw(false);
    expect(newcomers.areUsual()).to.equal(false);
    times(20, () => newcomers.saw(true));
    expect(newcomers.areUsual()).to.equal(true);
  });

  it("are not usual where every fifth is none", () => {
    const newcomers = createNewcomers();
    times(20, () => {
      times(4, () => newcomers.saw(true));
      newcomers.saw(false);
    });
    expect(newcomers.areUsual()).to.equal(false);
  });
});
