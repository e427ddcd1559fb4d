import { expect } from "chai";
import { duePass, type ErasurePlace, erasurePlaces, type ErasureStep } from "./erasure.ts";

const cacheMs = 1_000;
const begin = Date.UTC(2026, 10, 27, 12);
const at = (ms: number): Date => new Date(begin + ms);

/** The times of the first and second pass of some places, in milliseconds from the beginning. */
type Passes = Readonly<Partial<Record<ErasurePlace, readonly [first: number, second?: number]>>>;

const stepsAfter = (passes: Passes): readonly ErasureStep[] =>
  erasurePlaces.map((place) => {
    const [first, second] = passes[place] ?? [];
    return {
      place,
      firstPassAt: first === undefined ? null : at(first),
      secondPassAt: second === undefined ? null : at(second),
      waitsFor: null,
    };
  });
const dueAfter = (passes: Passes, now: number): Readonly<Partial<Record<ErasurePlace, string>>> =>
  Object.fromEntries(
    erasurePlaces.flatMap((place) => {
      const due = duePass({ steps: stepsAfter(passes) }, place, { now: at(now), cacheMs });
      return due === undefined ? [] : [[place, due]];
    }),
  );

describe("the passes of an erasure", () => {
  const allFirst: Passes = { keys: [0], read_model: [10], timers: [10], event_store: [20] };

  it("begin with the keys, then what is read by them, and last what the read model knows the carts of", () => {
    expect(dueAfter({}, 0)).to.deep.equal({ keys: "first" });
    expect(dueAfter({ keys: [0] }, 1)).to.deep.equal({ read_model: "first", timers: "first" });
    expect(dueAfter({ keys: [0], read_model: [10] }, 11)).to.deep.equal({ timers: "first", event_store: "first" });
    expect(dueAfter(allFirst, 21)).to.deep.equal({});
  });

  it("destroy the keys again once no process can make one from a stale key and a stale state", () => {
    expect(dueAfter(allFirst, 2_499)).to.deep.equal({});
    expect(dueAfter(allFirst, 2_500)).to.deep.equal({ keys: "second" });
    expect(dueAfter({ keys: [0], read_model: [10], timers: [10] }, 9_999), "not before every place was cleared once").to.deep.equal({
      event_store: "first",
    });
  });

  it("clear the other places again once no process can read by a key that was made in between", () => {
    const keys: Passes = { ...allFirst, keys: [0, 3_000] };
    expect(dueAfter(keys, 4_499)).to.deep.equal({});
    expect(dueAfter(keys, 4_500)).to.deep.equal({ read_model: "second", timers: "second" });
    expect(dueAfter({ ...keys, read_model: [10, 4_501] }, 4_502)).to.deep.equal({ timers: "second", event_store: "second" });
    expect(dueAfter({ keys: [0, 1], read_model: [0, 1], timers: [0, 1], event_store: [0, 1] }, 1e9)).to.deep.equal({});
  });
});
