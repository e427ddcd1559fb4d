import type { ScenarioResult } from "./runScenario.ts";

const columns: readonly (readonly [string, (result: ScenarioResult) => string | number])[] = [
  ["Fault", ({ scenario }) => scenario.fault],
  ["Times injected", ({ injected }) => injected],
  ["Acknowledged", ({ acknowledged }) => acknowledged],
  ["Without an answer", ({ unknown }) => unknown],
  ["Lost", ({ findings }) => findings.count("lost")],
  ["Twice in effect", ({ findings }) => findings.count("twice")],
  ["Out of order", ({ findings }) => findings.count("disordered")],
  ["In part", ({ findings }) => findings.count("partial")],
  ["Otherwise wrong", ({ findings }) => findings.count("wrong")],
  ["Published again", ({ repeated }) => repeated],
  ["Seconds to recover", ({ recovery }) => (recovery === undefined ? "–" : recovery.toFixed(1))],
];

/** A Markdown table that is readable as plain text too. */
export const tableOf = (results: readonly ScenarioResult[]): string => {
  const rows = [columns.map(([title]) => title), ...results.map((result) => columns.map(([, value]) => String(value(result))))];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0))).join(" | ")} |`;
  const rule = `| ${widths.map((width, index) => (index === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), rule, ...body.map(line)].join("\n");
};
