import { expect } from "chai";
import { createStreamCache } from "./streamCache.ts";

describe("stream cache", () => {
  const streamAt = (version: number) => ({ state: null, version, snapshotVersion: 0 });

  it("keeps the last used streams that have events, until they are forgotten", () => {
    const cache = createStreamCache<null>(2);
    cache.keep(
      new Map([
        ["a", streamAt(1)],
        ["b", streamAt(2)],
        ["empty", streamAt(0)],
        ["c", streamAt(3)],
      ]),
    );
    cache.forget(["c"]);
    expect(["a", "b", "empty", "c"].map((id) => cache.get(id)?.version)).to.deep.equal([undefined, 2, undefined, undefined]);
  });

  it("suggests that an uncached stream is new until uncached streams turn out to have events", () => {
    const cache = createStreamCache<null>(2);
    cache.keep(new Map([["cached", streamAt(1)]]));
    expect([cache.suggestsNew(["cached"]), cache.suggestsNew(["cached", "other"])]).to.deep.equal([false, true]);
    const times = (count: number, act: () => void): void => Array.from({ length: count }).forEach(act);
    times(10, () =>
      cache.sawLoaded(
        new Map([
          ["cached", streamAt(1)],
          ["new", streamAt(0)],
        ]),
      ),
    );
    expect(cache.suggestsNew(["other"])).to.equal(true);
    times(3, () => cache.sawLoaded(new Map([["elsewhere", streamAt(1)]])));
    expect(cache.suggestsNew(["other"])).to.equal(false);
    times(20, cache.sawNew);
    expect(cache.suggestsNew(["other"])).to.equal(true);
  });
});
