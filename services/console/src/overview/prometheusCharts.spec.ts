import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { createPrometheusCharts } from "./prometheusCharts.ts";

const now = Date.UTC(2026, 10, 23, 22, 6, 4);

describe("the charts of Prometheus", () => {
  let server: Server;
  let answer: RequestListener;
  let url: string;
  const asked: URL[] = [];
  before(async () => {
    server = createServer((req, res) => {
      asked.push(new URL(req.url ?? "", "http://prometheus"));
      answer(req, res);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix/`;
  });
  after(() => server.close());
  beforeEach(() => asked.splice(0));

  const matrix = (values: readonly (readonly [number, string])[]): string =>
    JSON.stringify({ status: "success", data: { resultType: "matrix", result: values.length === 0 ? [] : [{ metric: {}, values }] } });

  it("ask for each figure over the same times, and leave out what is no number", async () => {
    answer = (req, res) => {
      const start = Number(new URL(req.url ?? "", url).searchParams.get("start"));
      res.end(
        matrix([
          [start, "1.239"],
          [start + 240, "NaN"],
          [start + 480, "+Inf"],
        ]),
      );
    };
    const { points, step_seconds: step } = await createPrometheusCharts(url, () => now).read(24);
    expect(step).to.equal(240);
    expect(points).to.have.length(361);
    expect(points[0]).to.deep.include({ commands_per_second: 1.24, lag: 1.24, timers_due: 1.24 });
    expect(points.slice(1).every((point) => point.commands_per_second === null)).to.equal(true);
    expect(Date.parse(points.at(-1)?.at ?? "")).to.be.within(now - 240_000, now);
    expect(new Set(asked.map(({ pathname }) => pathname))).to.deep.equal(new Set(["/prefix/api/v1/query_range"]));
    expect(asked).to.have.length(8);
    expect(asked.some(({ searchParams }) => searchParams.get("query") === "sum(rate(cart_commands_total[240s]))")).to.equal(true);
  });

  it("have no figures of what was not scraped", async () => {
    answer = (_req, res) => res.end(matrix([]));
    const { points } = await createPrometheusCharts(url, () => now).read(1);
    expect(points.every((point) => point.lag === null)).to.equal(true);
  });

  const failures: readonly [string, RequestListener][] = [
    ["an error", (_req, res) => res.writeHead(500).end("no")],
    ["what is not JSON", (_req, res) => res.end("<html>")],
    ["another kind of result", (_req, res) => res.end(JSON.stringify({ data: { resultType: "vector", result: [] } }))],
    ["a redirect", (_req, res) => res.writeHead(302, { Location: "http://elsewhere.test/" }).end()],
    ["more than an answer can have", (_req, res) => res.end("x".repeat(2_000_000))],
  ];
  for (const [name, how] of failures)
    it(`are refused if Prometheus answers with ${name}`, async () => {
      answer = how;
      const outcome = await createPrometheusCharts(url, () => now)
        .read(1)
        .catch((error: unknown) => error);
      expect(outcome).to.deep.include({ status: 503 });
    });
});
