import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bearer, waitFor } from "@cart/testkit";
import { reportToStderr, startPrometheus } from "@cart/tools/own-servers";
import { expect } from "chai";
import getPort from "get-port";
import { describeConsole, person, soon, tokenOf } from "./describeConsole.ts";

type ChartPoint = { readonly at: string } & Readonly<Record<string, number | string | null>>;

describeConsole("the console with a Prometheus", ({ system, page, addItem, assertAccessible, assertFits, screenshot }) => {
  let prometheus: Awaited<ReturnType<typeof startPrometheus>>;
  let folder: string;
  let console: string;

  before("start a Prometheus that scrapes the system, and a console that asks it", async function () {
    this.timeout(300_000);
    folder = await mkdtemp(join(tmpdir(), "prometheus-"));
    // Every second, because a rate needs two scrapes.
    const targets = system()
      .metrics.map((url) => new URL(url))
      .map(({ host, port }) => ({ host, port }));
    const jobs = targets.map(({ host, port }) => `  - {job_name: "service-${port}", static_configs: [{targets: ["${host}"]}]}`);
    const configuration = ["global: {scrape_interval: 1s}", "scrape_configs:", ...jobs, ""].join("\n");
    prometheus = await startPrometheus({ folder, configuration, report: reportToStderr });
    console = await system().startAnother({ PROMETHEUS_URL: prometheus.url }, await getPort());
  });
  after("stop Prometheus", async () => {
    await prometheus.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const charts = async (hours: number): Promise<{ readonly status: number; readonly points: readonly ChartPoint[] }> => {
    const response = await fetch(`${console}/api/charts?hours=${hours}`, { headers: await bearer(person) });
    const { points = [] } = (await response.json()) as { readonly points?: readonly ChartPoint[] };
    return { status: response.status, points };
  };
  const signIn = async (path: string): Promise<void> => {
    await page().goto(`${console}${path}`);
    await page()
      .getByLabel("Access token")
      .fill(await tokenOf(person));
    await page().getByRole("button", { name: "Sign in" }).click();
    await page().getByRole("button", { name: "Sign out" }).waitFor(soon);
  };

  it("reads every figure of the charts from it, in the words of the metrics that the services have", async () => {
    const figures = [
      "commands_per_second",
      "events_per_second",
      "outbox_pending",
      "lag",
      "visible_p50_ms",
      "visible_p99_ms",
      "dead_letters",
      "timers_due",
    ];
    await waitFor(
      "each figure to have a value",
      async () => {
        await addItem(randomUUID(), { item_id: "cup" });
        const { status, points } = await charts(1);
        expect(status).to.equal(200);
        const empty = figures.filter((figure) => points.every((point) => point[figure] === null));
        expect(empty).to.deep.equal([]);
        return true;
      },
      { timeoutMs: 90_000 },
    );
    const { points } = await charts(1);
    expect(points.some((point) => Number(point["events_per_second"]) > 0)).to.equal(true);
  });

  it("shows its history over the time that a person chooses", async () => {
    await signIn("/");
    const history = page().getByRole("region", { name: "Charts" });
    await history.getByRole("button", { name: "6 hours" }).click(soon);
    expect(new URL(page().url()).searchParams.get("hours")).to.equal("6");
    await history
      .getByRole("img", { name: /the last 6 hours/ })
      .first()
      .waitFor(soon);
    await assertAccessible("charts of Prometheus");
    await assertFits("charts of Prometheus");
    await screenshot("prometheus-1280-light");
  });

  it("says that it does not answer, and shows the hour that the console remembers", async () => {
    await prometheus.stop();
    expect((await charts(1)).status).to.equal(503);
    await signIn("/?hours=24");
    await page().getByText("Prometheus does not answer").waitFor(soon);
    await page()
      .getByRole("img", { name: /the last hour/ })
      .first()
      .waitFor();
  });
});
