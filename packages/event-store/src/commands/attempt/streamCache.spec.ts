import { waitFor } from "@cart/testkit";
import { expect } from "chai";
import { createStreamCache } from "./streamCache.ts";

describe("stream cache", () => {
  const streamAt = (version: number) => ({ state: null, version, snapshotVersion: 0 });

  it("keeps the last used streams that have events, until they are forgotten", () => {
    const cache = createStreamCache<null>({ maxStreams: 2, maxBytes: 1_000 }, () => 1);
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

  it("keeps no more bytes than it may", () => {
    const cache = createStreamCache<number>({ maxStreams: 100, maxBytes: 10 }, (size) => size);
    const keep = (id: string, state: number) => cache.keep(new Map([[id, { state, version: 1, snapshotVersion: 0 }]]));
    const kept = () => ["a", "b", "c"].filter((id) => cache.get(id) !== undefined);
    keep("a", 5);
    keep("b", 5);
    expect(kept()).to.deep.equal(["a", "b"]);
    keep("c", 1);
    expect(kept()).to.deep.equal(["b", "c"]);
    // A state that grows beyond the whole cache is dropped, not kept as it was before.
    keep("c", 11);
    expect(kept()).to.deep.equal(["b"]);
  });

  it("drops a state that was not changed for as long as it may be kept", async () => {
    const cache = createStreamCache<null>({ maxStreams: 2, maxBytes: 1_000, maxAgeMs: 1 }, () => 1);
    cache.keep(new Map([["a", streamAt(1)]]));
    await waitFor("the state to be dropped", async () => cache.get("a") === undefined);
  });

  it("drops a state at its time however often commands change it, and gives a state that was read again a new time", async () => {
    const cache = createStreamCache<null>({ maxStreams: 2, maxBytes: 1_000, maxAgeMs: 40 }, () => 1);
    const loadedAt = performance.now();
    cache.keep(new Map([["a", { ...streamAt(1), loadedAt }]]));
    let version = 1;
    await waitFor(
      "the state to be dropped although it changes all the time",
      () => {
        const stream = cache.get("a");
        if (stream === undefined) return true;
        cache.keep(new Map([["a", { ...stream, version: (version += 1) }]]));
        return false;
      },
      { everyMs: 1 },
    );
    expect(version).to.be.above(2);
    expect(performance.now() - loadedAt).to.be.at.least(39);
    // What was decided on a state whose time is over is not kept either.
    cache.keep(new Map([["a", { ...streamAt(version), loadedAt }]]));
    expect(cache.get("a")).to.equal(undefined);
    cache.keep(new Map([["a", { ...streamAt(version), loadedAt: performance.now() }]]));
    expect(cache.get("a")).to.deep.include({ version });
  });

  it("suggests that an uncached stream is new until uncached streams turn out to have events", () => {
    const cache = createStreamCache<null>({ maxStreams: 2, maxBytes: 1_000 }, () => 1);
    cache.keep(new Map([["cached", streamAt(1)]]));
    expect([cache.suggestsNew(["cached"]), cache.suggestsNew(["cached", "other", "third"])]).to.deep.equal([false, true]);
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
    // A stream that two commands name counts once, and so does a batch with cached streams.
    const ids = Array.from({ length: 10 }, (_, n) => `id-${n}`);
    expect(cache.suggestsNew(ids)).to.equal(false);
    expect(cache.suggestsNew([...ids.slice(0, 2), ...ids.slice(0, 2), ...Array.from({ length: 10 }, () => "cached")])).to.equal(true);
    times(20, cache.sawNew);
    expect(cache.suggestsNew(["other"])).to.equal(true);
  });
});
