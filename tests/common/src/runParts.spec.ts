import { expect } from "chai";
import { runParts } from "./runParts.ts";

type Part = { readonly name: string; readonly shares: boolean };

const part = (name: string, shares = false): Part => ({ name, shares });

/** Runs parts that end when nothing else can happen, and tells which ran beside each other. */
const run = async (parts: readonly Part[], abortAt?: string) => {
  const aborted = new AbortController();
  const running = new Set<string>();
  const together: string[] = [];
  const results = await runParts({
    parts,
    report: () => undefined,
    signal: aborted.signal,
    run: async ({ name }) => {
      running.add(name);
      together.push([...running].join("+"));
      if (name === abortAt) aborted.abort();
      await new Promise((resolve) => setImmediate(resolve));
      running.delete(name);
      return name;
    },
    describe: (name) => name,
    mayShare: ({ shares }) => shares,
  });
  return { results, together };
};

describe("runParts", () => {
  it("runs one part after the other", async () => {
    const { results, together } = await run([part("a"), part("b"), part("c")]);
    expect(results).to.deep.equal(["a", "b", "c"]);
    expect(together).to.deep.equal(["a", "b", "c"]);
  });

  it("runs two parts at once if both may share, before the others, and returns the results in the order of the parts", async () => {
    const { results, together } = await run([part("a"), part("b", true), part("c", true), part("d", true), part("e")]);
    expect(results).to.deep.equal(["a", "b", "c", "d", "e"]);
    expect(together.slice(0, 2)).to.deep.equal(["b", "b+c"]);
    expect(together.slice(-2)).to.deep.equal(["a", "e"]);
    expect(together.some((names) => names.split("+").length > 2)).to.equal(false);
  });

  it("starts no part after the signal", async () => {
    const { results } = await run([part("a", true), part("b", true), part("c", true), part("d")], "b");
    expect(results).to.deep.equal(["a", "b"]);
  });
});
