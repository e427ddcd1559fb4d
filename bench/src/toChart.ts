import type { Target } from "./measurement.ts";
import { ceilingsOf, formatNumber, type Result } from "./table.ts";

const rowHeight = 26;
const labelWidth = 420;
const barWidth = 360;

/**
 * An SVG chart with a bar for each figure. The line is the target, and a bar past the
 * line is better than the target, whether the figure is a rate or a time.
 */
export const toChart = (results: readonly Result[]): string => {
  const ceilings = ceilingsOf(results);
  const bars = results.flatMap(({ figure: { title, unit, target }, measurement: { value } }) => {
    if (target === undefined) return [];
    const goal = goalOf(target, ceilings);
    const score = target.kind === "atMost" || target.kind === "share" ? goal / value : value / goal;
    return [{ title, score, text: `${formatNumber(value)} ${unit}` }];
  });
  // The target is at a third of the width. A figure more than three times as good touches the edge.
  const widthOf = (score: number): number => Math.max(2, Math.min(1, score / 3) * barWidth);
  const height = bars.length * rowHeight + 40;
  const rows = bars.map(({ title, score, text }, index) => {
    const y = index * rowHeight + 10;
    const colour = score >= 1 ? "#2f855a" : "#c05621";
    return [
      `<text x="${labelWidth - 8}" y="${y + 15}" text-anchor="end">${title}</text>`,
      `<rect x="${labelWidth}" y="${y}" width="${widthOf(score).toFixed(1)}" height="${rowHeight - 6}" fill="${colour}"/>`,
      `<text x="${labelWidth + barWidth + 8}" y="${y + 15}">${text}</text>`,
    ].join("");
  });
  const goalX = labelWidth + barWidth / 3;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${labelWidth + barWidth + 160}" height="${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...rows,
    `<line x1="${goalX}" x2="${goalX}" y1="4" y2="${height - 26}" stroke="black" stroke-dasharray="4 3"/>`,
    `<text x="${goalX}" y="${height - 10}" text-anchor="middle">target</text>`,
    "</svg>\n",
  ].join("\n");
};

/** The value that just reaches the target. */
const goalOf = (target: Target, ceilings: ReadonlyMap<string, number>): number => {
  switch (target.kind) {
    case "ratio":
      return (ceilings.get(target.of) ?? Number.NaN) * target.atLeast;
    case "share":
      return (ceilings.get(target.of) ?? Number.NaN) * target.atMost;
    case "atLeast":
    case "atMost":
      return target.value;
    default:
      return target satisfies never;
  }
};
