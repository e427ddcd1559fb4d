import type { Figure, Measurement, Target } from "./measurement.ts";

export type Result = { readonly figure: Figure; readonly measurement: Measurement };

/** Whether the figure reaches its target; `undefined` if its ceiling was not measured in this run. */
const reached = (target: Target, value: number, ceilings: ReadonlyMap<string, number>): boolean | undefined => {
  switch (target.kind) {
    case "ratio": {
      const ceiling = ceilings.get(target.of);
      return ceiling === undefined ? undefined : value >= ceiling * target.atLeast;
    }
    case "share": {
      const ceiling = ceilings.get(target.of);
      return ceiling === undefined ? undefined : value <= ceiling * target.atMost;
    }
    case "atLeast":
      return value >= target.value;
    case "atMost":
      return value <= target.value;
    default:
      return target satisfies never;
  }
};

/** The name of the ceiling that the target refers to. */
export const ceilingOf = (target: Target | undefined): string | undefined =>
  target?.kind === "ratio" || target?.kind === "share" ? target.of : undefined;

export const ceilingsOf = (results: readonly Result[]): ReadonlyMap<string, number> =>
  new Map(results.filter(({ figure }) => figure.target === undefined).map(({ figure, measurement }) => [figure.name, measurement.value]));

export const formatNumber = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 2 : 0 });

/** A Markdown table that is readable as plain text too. */
export const toTable = (results: readonly Result[]): string => {
  const ceilings = ceilingsOf(results);
  const rows = results.map(({ figure, measurement }) => {
    const { target, limits = {} } = figure;
    const against = ceilingOf(target);
    const ceiling = against === undefined ? undefined : ceilings.get(against);
    const ratio = ceiling === undefined ? "" : `${(measurement.value / ceiling).toFixed(2)} × ${against}`;
    const details = Object.entries(measurement.details ?? {}).map(([name, value]) => `${name} ${formatNumber(value)}`);
    const misses = Object.entries(limits).filter(([name, most]) => (measurement.details?.[name] ?? Number.NaN) > most);
    const verdict = verdictOf(target && reached(target, measurement.value, ceilings), misses.length);
    return [figure.title, `${formatNumber(measurement.value)} ${figure.unit}`, ratio, details.join(", "), mustOf(target, limits), verdict];
  });
  const header = ["figure", "measured", "ratio", "details", "must", "reached"];
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
};

/** Nothing for a figure without a target, and for one whose ceiling was not measured. */
const verdictOf = (isReached: boolean | undefined, misses: number): string => {
  if (isReached === undefined) return misses === 0 ? "" : "NO";
  return isReached && misses === 0 ? "yes" : "NO";
};

const mustOf = (target: Target | undefined, limits: Readonly<Record<string, number>>): string => {
  const bounds = Object.entries(limits).map(([name, most]) => `${name} <= ${formatNumber(most)}`);
  switch (target?.kind) {
    case undefined:
      return "";
    case "ratio":
      return [`>= ${target.atLeast} × ${target.of}`, ...bounds].join(", ");
    case "share":
      return [`<= ${target.atMost} × ${target.of}`, ...bounds].join(", ");
    case "atLeast":
      return [`>= ${formatNumber(target.value)}`, ...bounds].join(", ");
    case "atMost":
      return [`<= ${formatNumber(target.value)}`, ...bounds].join(", ");
    default:
      return target satisfies undefined;
  }
};
