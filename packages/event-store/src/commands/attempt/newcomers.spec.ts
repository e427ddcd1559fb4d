import { expect } from "chai";
import { createNewcomers } from "./newcomers.ts";

describe("newcomers", () => {
  const times = (count: number, act: () => void): void => Array.from({ length: count }).forEach(act);

  it("are usual until three known streams in a row, and again after a series of new streams", () => {
    const newcomers = createNewcomers();
    times(2, () => newcomers.saw(false));
    expect(newcomers.areUsual(1)).to.equal(true);
    newcomers.saw(false);
    expect(newcomers.areUsual(1)).to.equal(false);
    times(20, () => newcomers.saw(true));
    expect(newcomers.areUsual(1)).to.equal(true);
  });

  it("are not usual if every fifth stream is known", () => {
    const newcomers = createNewcomers();
    times(20, () => {
      times(4, () => newcomers.saw(true));
      newcomers.saw(false);
    });
    expect(newcomers.areUsual(1)).to.equal(false);
  });

  it("are usual together only if very few streams are known", () => {
    const newcomers = createNewcomers();
    expect(newcomers.areUsual(256)).to.equal(true);
    times(3, () => newcomers.saw(false));
    expect([newcomers.areUsual(5), newcomers.areUsual(10)]).to.deep.equal([true, false]);
    times(200, () => newcomers.saw(true));
    expect([newcomers.areUsual(10), newcomers.areUsual(100)]).to.deep.equal([true, false]);
  });

  it("are not usual together if every thirtieth stream is known", () => {
    const newcomers = createNewcomers();
    times(30, () => {
      newcomers.saw(false);
      times(29, () => newcomers.saw(true));
      expect(newcomers.areUsual(1)).to.equal(true);
    });
    expect(newcomers.areUsual(10)).to.equal(false);
  });
});
