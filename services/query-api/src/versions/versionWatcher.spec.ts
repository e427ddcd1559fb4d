import { expect } from "chai";
import { createVersionWatcher } from "./versionWatcher.ts";

const open = new AbortController().signal;
const pace = { shortestMs: 1, longestMs: 25 };

describe("the version watcher", () => {
  it("resolves each wait when its cart gets to its version, with one query for all of them", async () => {
    const asked: string[][] = [];
    const watcher = createVersionWatcher({
      pace,
      readVersions: async (ids) => {
        asked.push([...ids].toSorted());
        return new Map([
          ["a", asked.length],
          ["b", asked.length >= 2 ? 9 : 0],
        ]);
      },
    });
    const done: string[] = [];
    const wait = (id: string, version: number) =>
      watcher.reached({ id, version, timeoutMs: 5_000, signal: open }).then((reached) => done.push(`${id}${version}: ${reached}`));
    await Promise.all([wait("a", 3), wait("a", 1), wait("b", 9)]);

    expect(done).to.deep.equal(["a1: 1", "b9: 9", "a3: 3"]);
    expect(asked).to.deep.equal([["a", "b"], ["a", "b"], ["a"]]);
  });

  it("gives up after the timeout and asks no more", async () => {
    let queries = 0;
    const watcher = createVersionWatcher({
      pace,
      readVersions: async () => {
        queries += 1;
        return new Map();
      },
    });
    expect(await watcher.reached({ id: "a", version: 1, timeoutMs: 20, signal: open })).to.equal(undefined);
    const before = queries;
    // A later wait starts the loop anew: the one before it has ended.
    expect(await watcher.reached({ id: "a", version: 1, timeoutMs: 20, signal: open })).to.equal(undefined);
    expect(queries).to.be.greaterThan(before);
  });

  it("gives up at once when it is told to, before or while it waits", async () => {
    const watcher = createVersionWatcher({ pace, readVersions: async () => new Map() });
    const gone = new AbortController();
    const waiting = watcher.reached({ id: "a", version: 1, timeoutMs: 60_000, signal: gone.signal });
    gone.abort();
    expect(await waiting).to.equal(undefined);
    expect(await watcher.reached({ id: "a", version: 1, timeoutMs: 60_000, signal: gone.signal })).to.equal(undefined);
  });

  it("rejects when the versions cannot be read, and works again when they can", async () => {
    let isAway = true;
    const watcher = createVersionWatcher({
      pace,
      readVersions: async () => {
        if (isAway) throw new Error("away");
        return new Map([["a", 1]]);
      },
    });
    const error: unknown = await watcher.reached({ id: "a", version: 1, timeoutMs: 5_000, signal: open }).catch((e: unknown) => e);
    expect(error).to.have.property("message", "away");
    isAway = false;
    expect(await watcher.reached({ id: "a", version: 1, timeoutMs: 5_000, signal: open })).to.equal(1);
  });
});
