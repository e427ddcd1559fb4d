import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { formatNumber } from "../format/format.ts";

export type Series = { readonly label: string; readonly color: string; readonly values: readonly (number | null)[] };

export type ChartProps = {
  readonly title: string;
  readonly unit: string;
  /** The time that the chart is about, in words. */
  readonly span: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
};

const height = 132;

const sayMinute = (at: number): string => new Date(at * 1_000).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
const sayDay = (at: number): string => new Date(at * 1_000).toLocaleDateString(undefined, { day: "numeric", month: "short" });

const cssColor = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const optionsOf = (series: readonly Series[], width: number): uPlot.Options => {
  const axis = {
    stroke: cssColor("--text-faint"),
    grid: { stroke: cssColor("--line"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
  };
  return {
    width,
    height,
    // Half of the last time below the chart is to the right of it.
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      // Ten minutes at least, so that a console that has just started does not show a line at the edge.
      x: { range: (_plot, min, max) => [Math.min(min ?? 0, (max ?? 0) - 600), max ?? 0] },
      y: { range: (_plot, _min, max) => [0, Math.max(1, (max ?? 0) * 1.15)] },
    },
    axes: [
      {
        ...axis,
        space: 64,
        size: 26,
        incrs: [120, 300, 600, 900, 3_600, 7_200, 14_400, 86_400, 172_800],
        values: (_plot, splits) => splits.map(splits.length > 1 && (splits[1] ?? 0) - (splits[0] ?? 0) >= 86_400 ? sayDay : sayMinute),
      },
      { ...axis, size: 44, space: 28, values: (_plot, splits) => splits.map((value) => formatNumber(value)) },
    ],
    series: [
      {},
      ...series.map(({ label, color }) => ({ label, stroke: cssColor(color), width: 1.75, points: { show: false }, spanGaps: false })),
    ],
  };
};

/** A chart of figures over time. What it shows now is also said in words, for people who do not see it. */
export const Chart = ({ title, unit, span, times, series }: ChartProps) => {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const labels = series.map(({ label }) => label).join();
  const newest = useRef<uPlot.AlignedData>([[]]);
  newest.current = [[...times], ...series.map(({ values }) => [...values])];

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(series, element.clientWidth), newest.current, element);
    };
    draw();
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    window.addEventListener("themechange", draw);
    return () => {
      resized.disconnect();
      window.removeEventListener("themechange", draw);
      plot.current?.destroy();
      plot.current = undefined;
    };
    // The data follows below, without a new plot.
  }, [labels]);
  useEffect(() => plot.current?.setData(newest.current), [times[0], times.at(-1), times.length]);

  const said = series.map(({ label, values }) => `${label} ${formatNumber(values.at(-1))}`).join(", ");
  return (
    <section class="card chart">
      <header>
        <h2>{title}</h2>
        <ul class="legend">
          {series.map(({ label, color, values }) => (
            <li key={label}>
              <span class="swatch" style={{ background: `var(${color})` }} /> {label} <b>{formatNumber(values.at(-1))}</b>
            </li>
          ))}
          <li class="faint">{unit}</li>
        </ul>
      </header>
      <div ref={box} class="plot" role="img" aria-label={`${title}, ${span}. Now: ${said} ${unit}.`} />
    </section>
  );
};
