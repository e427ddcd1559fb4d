import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createFindings } from "./check/findings.ts";
import type { Random } from "./random.ts";
import { assertOptions, roundsOf, runRounds, seedOf } from "./runRounds.ts";
import type { Scenario } from "./scenario.ts";
import type { ScenarioResult } from "./scenarioResult.ts";

const scenario = (name: string): Scenario<object> => ({ name, fault: name, run: () => Promise.resolve() });

const resultOf = (one: Scenario<object>, lost: number): ScenarioResult => {
  const findings = createFindings();
  for (let count = 0; count < lost; count += 1) findings.add("lost", "an event");
  return {
    scenario: one,
    injected: 3,
    acknowledged: 10,
    unknown: 0,
    refused: 0,
    events: 10,
    repeated: 0,
    recoverySeconds: lost,
    silenceSeconds: 1,
    reads: 0,
    deaths: 0,
    findings,
    seconds: 1,
  };
};

/** Runs two scenarios whose first draws are gathered; the second one loses an event in the given round. */
const run = async (values: Readonly<Record<string, string | boolean>>, losesInRound?: number, document?: string) => {
  const lines: string[] = [];
  const draws: number[] = [];
  const passed: string[] = [];
  const suite = {
    values,
    chosen: [scenario("a"), scenario("b")],
    folder: "",
    report: (line: string) => void lines.push(line),
    signal: new AbortController().signal,
    atEnd: () => undefined,
  };
  const runOne = async (one: Scenario<object>, random: Random, round: number): Promise<ScenarioResult> => {
    passed.push(`${one.name} ${round}`);
    draws.push(random.integer(0, 1_000_000));
    return resultOf(one, one.name === "b" && Math.ceil(draws.length / 2) === losesInRound ? 1 : 0);
  };
  const verdict = await runRounds({ script: "test:example", suite, run: runOne, ...(document !== undefined && { document }) });
  return { ...verdict, draws, passed, rounds: lines.filter((line) => line.startsWith("round ")) };
};

describe("runRounds", () => {
  it("runs the scenarios in each round with another seed, and reports the seed and the number of faults", async () => {
    const { rounds, draws, passed, summary, mistakeCount } = await run({ rounds: "3", seed: "7" });
    expect(passed).to.deep.equal(["a 1", "b 1", "a 2", "b 2", "a 3", "b 3"]);
    expect(rounds).to.deep.equal([
      "round 1 of 3, seed 7: 6 faults injected, 0 violations",
      "round 2 of 3, seed 8: 6 faults injected, 0 violations",
      "round 3 of 3, seed 9: 6 faults injected, 0 violations",
    ]);
    expect(new Set(draws).size).to.equal(6);
    expect(summary).to.contain("all zeros").and.to.contain("18 faults, seeds 7 to 9");
    expect(mistakeCount).to.equal(0);
  });

  it("repeats a round by its seed", async () => {
    const [three, last] = [await run({ rounds: "3", seed: "7" }), await run({ seed: "9" })];
    expect(three.draws.slice(4)).to.deep.equal(last.draws);
  });

  it("fails if any round finds a violation, and sums the rounds in its table", async () => {
    const { mistakeCount, table, rounds } = await run({ rounds: "2", seed: "7" }, 1);
    expect(mistakeCount).to.equal(1);
    expect(rounds[0]).to.contain("1 violations");
    const row = table?.split("\n").find((line) => line.startsWith("| b"));
    expect(row?.split("|").map((cell) => cell.trim())).to.include.members(["6", "20", "1", "1.0"]);
  });

  for (const [name, values] of [
    ["a seed that is not a number", { seed: "x" }],
    ["no rounds", { rounds: "0" }],
    ["half a round", { rounds: "1.5" }],
  ] as const) {
    it(`refuses ${name}`, () => expect(() => [seedOf(values), roundsOf(values)]).to.throw("expected a whole number"));
  }

  describe("writes the table", () => {
    const begin = (script: string): string => `<!-- table: begin, written by \`npm run ${script} -- --write\` -->`;
    const end = "<!-- table: end -->";
    let folder = "";
    let document = "";
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "cart-table-"));
      document = join(folder, "page.md");
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    it("between the markers of its own command, with how it was made, and leaves the rest as it is", async () => {
      const [before, between, after] = [
        `# Page\n\n${begin("test:other")}\n\nother\n\n${end}\n\n`,
        "\n\nformer table\n\n",
        `${end}\n\nThe end.\n`,
      ];
      await writeFile(document, `${before}${begin("test:example")}${between}${after}`);
      for (let time = 0; time < 2; time += 1) {
        const { table } = await run({ rounds: "2", seed: "7", write: true }, undefined, document);
        const written = await readFile(document, "utf8");
        expect(written.startsWith(`${before}${begin("test:example")}\n\n${table}\n\n`)).to.equal(true);
        expect(written.endsWith(`\n\n${after}`)).to.equal(true);
        expect(written).to.contain("`npm run test:example -- --write --rounds 2`, seeds 7 to 8, ").and.to.not.contain("former table");
      }
    });

    it("never into a page without its markers", async () => {
      await writeFile(document, `${begin("test:other")}\n\nother\n\n${end}\n`);
      const failure = await run({ seed: "7", write: true }, undefined, document).catch((error: unknown) => error);
      expect(String(failure)).to.contain("has lost the markers of the table of test:example");
      expect(await readFile(document, "utf8")).to.contain("other");
    });

    it("only if that is asked for", async () => {
      await writeFile(document, `${begin("test:example")}\n\n${end}\n`);
      await run({ seed: "7" }, undefined, document);
      expect(await readFile(document, "utf8")).to.not.contain("| a ");
    });
  });

  it("refuses to write a table of some scenarios", () => {
    expect(() => assertOptions({ write: true, only: "a" })).to.throw("--write needs the whole suite");
  });
});
