import { Type } from "typebox";
import { Check } from "typebox/value";
import { partAway } from "../http/consoleProblems.ts";
import { readText } from "../http/readText.ts";
import type { ChartFigure, ChartPoint, Charts } from "./chartsSchema.ts";

export type PrometheusCharts = {
  /** Resolves to the figures of the last hours. Rejects with a 503 if Prometheus does not answer, or not with figures. */
  readonly read: (hours: number) => Promise<Charts>;
};

/** The expressions of infra/grafana for the same figures, with the time over which a rate is taken. */
const expressions: Readonly<Record<ChartFigure, (window: string) => string>> = {
  commands_per_second: (window) => `sum(rate(cart_commands_total[${window}]))`,
  events_per_second: (window) => `sum(rate(cart_events_appended_total[${window}]))`,
  outbox_pending: () => `max(outbox_rows{status="PENDING"})`,
  lag: () => `sum(cart_consumer_lag_messages{service="projector"})`,
  visible_p50_ms: (window) => `1000 * histogram_quantile(0.5, sum by (le) (rate(cart_projection_delay_seconds_bucket[${window}])))`,
  visible_p99_ms: (window) => `1000 * histogram_quantile(0.99, sum by (le) (rate(cart_projection_delay_seconds_bucket[${window}])))`,
  // Without a dead letter there is no series of a reason, but always one of parked carts: then the figure is 0.
  dead_letters: () => `sum(max by (reason) (cart_dead_letters)) or 0 * max(cart_parked_carts)`,
  timers_due: () => `max(cart_timers_due)`,
};
const figures = Object.keys(expressions) as ChartFigure[];

/** Points of a chart: as many as its pixels can tell apart, at half its width. */
const points = 360;
/** A rate over less than four scrapes of 15 s, the usual interval, can be empty. */
const shortestWindowSeconds = 60;
const timeoutMs = 8_000;
/** An answer has about 30 bytes a point. More than this is not one. */
const maxLength = 1_000_000;

export const createPrometheusCharts = (url: string, now: () => number = Date.now): PrometheusCharts => ({
  read: async (hours) => {
    const step = Math.ceil((hours * 3_600) / points);
    // On whole steps, so that a chart that is read again shows the same points.
    const end = Math.floor(now() / 1_000 / step) * step;
    const times = Array.from({ length: points + 1 }, (_, n) => end - (points - n) * step);
    const window = `${Math.max(shortestWindowSeconds, step)}s`;
    const range = { start: String(times[0]), end: String(end), step: String(step) };
    try {
      const columns = await Promise.all(
        figures.map(async (figure) => [figure, await readSeries(url, { query: expressions[figure](window), ...range })] as const),
      );
      return { points: times.map((time) => pointAt(time, columns)), step_seconds: step };
    } catch (error) {
      throw partAway("Prometheus", error);
    }
  },
});

type Series = ReadonlyMap<number, number>;

const pointAt = (time: number, columns: readonly (readonly [ChartFigure, Series])[]): ChartPoint => {
  const point: ChartPoint = { ...nothing, at: new Date(time * 1_000).toISOString() };
  for (const [figure, series] of columns) point[figure] = series.get(time) ?? null;
  return point;
};

const nothing: Readonly<Record<ChartFigure, null>> = {
  commands_per_second: null,
  events_per_second: null,
  outbox_pending: null,
  lag: null,
  visible_p50_ms: null,
  visible_p99_ms: null,
  dead_letters: null,
  timers_due: null,
};

const matrix = Type.Object({
  data: Type.Object({
    resultType: Type.Literal("matrix"),
    result: Type.Array(Type.Object({ values: Type.Array(Type.Tuple([Type.Number(), Type.String()])) })),
  }),
});

/** Each expression has one series at most, because it aggregates. A value that is no number, such as a quantile without events, is left out. */
const readSeries = async (url: string, query: Readonly<Record<string, string>>): Promise<Series> => {
  const address = new URL(`${url.replace(/\/+$/, "")}/api/v1/query_range`);
  address.search = new URLSearchParams(query).toString();
  const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
  const text = await readText(response, maxLength);
  if (!response.ok) throw new Error(`Prometheus answered ${response.status}`);
  const answer: unknown = JSON.parse(text);
  if (!Check(matrix, answer)) throw new Error("Prometheus did not answer with figures over time");
  const values = answer.data.result[0]?.values ?? [];
  return new Map(
    values
      .map(([time, value]) => [time, Number(value)] as const)
      .filter(([, value]) => Number.isFinite(value) && value >= 0)
      .map(([time, value]) => [time, Math.round(value * 100) / 100]),
  );
};
