import { expect } from "chai";
import type { Instance } from "./scrape.ts";
import { createTotals, quantile } from "./totals.ts";

const commandApi = (value: number, address = "a:1"): Instance => ({
  service: "command-api",
  address,
  isUp: true,
  reason: null,
  samples: [{ name: "cart_commands_total", labels: { command: "add", result: "success" }, value }],
});

const projector = (...counts: readonly (readonly [string, number])[]): Instance => ({
  service: "projector",
  address: "p:1",
  isUp: true,
  reason: null,
  samples: counts.map(([le, value]) => ({ name: "cart_projection_delay_seconds_bucket", labels: { le }, value })),
});

describe("totals over all processes", () => {
  it("count what happened since the console knows a process, also after the process has restarted", () => {
    const take = createTotals();
    expect(take([commandApi(100)]).commands).to.equal(0);
    expect(take([commandApi(103), commandApi(7, "b:1")]).commands).to.equal(3);
    expect(take([commandApi(2), commandApi(9, "b:1")]).commands).to.equal(7);
  });

  it("keep the count of a process that does not answer for a while", () => {
    const take = createTotals();
    take([commandApi(5)]);
    take([{ ...commandApi(0), isUp: false, samples: [] }]);
    expect(take([commandApi(8)]).commands).to.equal(3);
  });

  it("forget a process that has not answered for long, so that their number stays bounded", () => {
    const take = createTotals();
    take([commandApi(5)]);
    for (let pass = 0; pass < 121; pass += 1) take([]);
    expect(take([commandApi(50)]).commands).to.equal(0);
  });

  it("tell within which time a share of the events became readable", () => {
    const take = createTotals();
    const before = take([projector(["0.01", 0], ["0.1", 0], ["+Inf", 0])]);
    const after = take([projector(["0.01", 50], ["0.1", 100], ["+Inf", 100])]);
    expect(quantile(0.5, before, after)).to.be.closeTo(0.01, 1e-9);
    expect(quantile(0.75, before, after)).to.be.closeTo(0.055, 1e-9);
    expect(quantile(0.5, after, after)).to.equal(undefined);
    const late = take([projector(["0.01", 50], ["0.1", 100], ["+Inf", 101])]);
    expect(quantile(0.99, after, late), "beyond the last bound").to.equal(0.1);
  });
});
