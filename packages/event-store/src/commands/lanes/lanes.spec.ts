import { setImmediate as immediate } from "node:timers/promises";
import { expect } from "chai";
import { createLanes } from "./lanes.ts";

describe("lanes", () => {
  /** Entries are named after their streams: `a1` is on `a`, `ab` on `a` and `b`. The spec decides when a batch is committed. */
  const openLanes = (
    limits: { readonly maxBatchCommands?: number; readonly maxTransactions?: number; readonly maxWaitingCommands?: number } = {},
  ) => {
    const underWay: { readonly batch: readonly string[]; readonly end: () => void }[] = [];
    const lanes = createLanes<string>({
      streamIdsOf: (entry) => entry.replaceAll(/\d/g, "").split(""),
      commit: (batch) => new Promise((resolve) => underWay.push({ batch, end: resolve })),
      maxBatchCommands: 10,
      maxTransactions: 2,
      maxWaitingCommands: 10,
      ...limits,
    });
    return {
      ...lanes,
      submitAll: (...entries: readonly string[]) => entries.forEach(lanes.submit),
      batches: () => underWay.map(({ batch }) => batch),
      /** Ends a transaction, and lets the next transaction begin. */
      end: async (index: number) => {
        underWay[index]?.end();
        await immediate();
        await immediate();
      },
    };
  };
  const codeOf = (act: () => void): unknown => {
    try {
      act();
      return "taken";
    } catch (error) {
      return error instanceof Error && "code" in error ? error.code : error;
    }
  };

  it("share the entries of one turn of the event loop among their transactions", async () => {
    const lanes = openLanes();
    lanes.submitAll("a", "b", "c");
    expect(lanes.batches()).to.deep.equal([]);
    await immediate();
    expect(lanes.batches()).to.deep.equal([["a", "b"], ["c"]]);
  });

  it("never exceed the limits of concurrent transactions and of entries in one transaction", async () => {
    const lanes = openLanes({ maxBatchCommands: 2 });
    lanes.submitAll("a", "b", "c", "d", "e", "f");
    await immediate();
    expect(lanes.batches()).to.deep.equal([
      ["a", "b"],
      ["c", "d"],
    ]);
    await lanes.end(1);
    expect(lanes.batches().slice(2)).to.deep.equal([["e", "f"]]);
  });

  it("let an entry wait for its stream while others are committed, and lose no entry", async () => {
    const lanes = openLanes();
    lanes.submitAll("a1");
    await immediate();
    lanes.submitAll("a2", "ab", "c1");
    await immediate();
    expect(lanes.batches()).to.deep.equal([["a1"], ["c1"]]);
    await lanes.end(0);
    expect(lanes.batches().slice(2)).to.deep.equal([["a2", "ab"]]);
  });

  it("refuse an entry beyond the limit of waiting entries, and accept it when there is room again", async () => {
    const lanes = openLanes({ maxWaitingCommands: 2, maxTransactions: 1 });
    lanes.submitAll("a", "b");
    expect(codeOf(() => lanes.submit("c"))).to.equal("OVERLOADED");
    await immediate();
    expect(codeOf(() => lanes.submit("c"))).to.equal("taken");
    expect([codeOf(() => lanes.requireRoom(1)), codeOf(() => lanes.requireRoom(2))]).to.deep.equal(["taken", "OVERLOADED"]);
  });

  it("commit the accepted entries before they stop, and refuse later entries", async () => {
    const lanes = openLanes({ maxTransactions: 1, maxBatchCommands: 1 });
    lanes.submitAll("a", "b");
    let stopped = false;
    const stopping = lanes.stop().then(() => (stopped = true));
    expect(codeOf(() => lanes.submit("c"))).to.equal("STOPPING");
    expect(codeOf(() => lanes.requireRoom(0))).to.equal("STOPPING");
    await immediate();
    await lanes.end(0);
    expect([lanes.batches(), stopped]).to.deep.equal([[["a"], ["b"]], false]);
    await lanes.end(1);
    await stopping;
  });
});
