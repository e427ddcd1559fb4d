import { expect } from "chai";
import { Registry } from "prom-client";
import { type Sampled, sampled } from "./sampled.ts";
import { sampledGauge } from "./sampledGauge.ts";

const away = (): Promise<never> => Promise.reject(new Error("away"));

describe("sampled", () => {
  it("queries the source once for concurrent callers, and again for later callers", async () => {
    let questions = 0;
    const source = sampled(async () => (questions += 1));
    expect(await Promise.all([source(), source(), source()])).to.deep.equal([1, 1, 1]);
    expect(await source()).to.equal(2);
  });

  it("reuses an answer until its interval is over, but never a failure", async () => {
    let questions = 0;
    const source = sampled(
      async () => {
        questions += 1;
        if (questions === 1) throw new Error("away");
        return questions;
      },
      { minIntervalMs: 30 },
    );
    expect(await source().catch(() => "failed")).to.equal("failed");
    expect([await source(), await source()]).to.deep.equal([2, 2]);
    await new Promise((resolve) => void setTimeout(resolve, 31));
    expect(await source()).to.equal(3);
  });

  it("waits no longer than its limit, and queries a hanging source once, not at each scrape", async () => {
    let questions = 0;
    const source = sampled(
      () => {
        questions += 1;
        return new Promise<never>(() => undefined);
      },
      { timeoutMs: 5 },
    );
    for (let scrape = 0; scrape < 3; scrape += 1) {
      expect(String(await source().catch((error: unknown) => error))).to.equal("TimeoutError: no answer within 5 ms");
    }
    expect(questions).to.equal(1);
  });

  it("rejects when the source throws before there is a promise", async () => {
    const source = sampled((): Promise<number> => {
      throw new Error("no pool");
    });
    expect(String(await source().catch((error: unknown) => error))).to.equal("Error: no pool");
  });
});

describe("a sampled gauge", () => {
  const seriesOf = async (registry: Registry): Promise<string[]> =>
    (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));

  it("is absent while its source is unavailable, and shows the source's values again afterwards", async () => {
    const registry = new Registry();
    let source: Sampled<number> = async () => 7;
    sampledGauge({ registry, name: "rows", help: "Rows", source: () => source(), samplesOf: (value) => [{ value }] });
    expect(await seriesOf(registry)).to.deep.equal(["rows 7"]);
    source = away;
    expect(await seriesOf(registry)).to.deep.equal([]);
    source = async () => 0;
    expect(await seriesOf(registry)).to.deep.equal(["rows 0"]);
  });

  it("drops the series that its source no longer names", async () => {
    const registry = new Registry();
    let reasons: Record<string, number> = { A: 1, B: 2 };
    sampledGauge({
      registry,
      name: "rows",
      help: "Rows",
      labelNames: ["reason"],
      source: async () => reasons,
      samplesOf: (all) => Object.entries(all).map(([reason, value]) => ({ labels: { reason }, value })),
    });
    expect(await seriesOf(registry)).to.deep.equal(['rows{reason="A"} 1', 'rows{reason="B"} 2']);
    reasons = { B: 3 };
    expect(await seriesOf(registry)).to.deep.equal(['rows{reason="B"} 3']);
  });
});
