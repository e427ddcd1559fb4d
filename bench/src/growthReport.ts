import type { Growth, Point } from "./growth.ts";
import { formatNumber } from "./table.ts";

export type GrowthResult = { readonly growth: Growth; readonly points: readonly Point[] };

const detailsOf = ({ measurement: { details = {} } }: Point): string =>
  Object.entries(details)
    .map(([name, value]) => `${name} ${formatNumber(value)}`)
    .join(", ");

/** A Markdown table with a row for each point. */
export const toGrowthTable = (results: readonly GrowthResult[]): string =>
  [
    "| figure | grows | measured | against the first | details |",
    "| --- | --- | --- | --- | --- |",
    ...results.flatMap(({ growth: { title, unit, of }, points }) =>
      points.map((point) => {
        const { value } = point.measurement;
        const ratio = value / (points[0]?.measurement.value ?? Number.NaN);
        return `| ${title} | ${formatNumber(point.x)} ${of} | ${formatNumber(value)} ${unit} | ${ratio.toFixed(2)} × | ${detailsOf(point)} |`;
      }),
    ),
  ].join("\n");

const rowHeight = 26;
const labelWidth = 260;
const barWidth = 360;

/** An SVG chart with a bar for each point. A figure's greatest bar is as wide as the chart. */
export const toGrowthChart = (results: readonly GrowthResult[]): string => {
  let y = 10;
  const parts: string[] = [];
  for (const { growth, points } of results) {
    parts.push(`<text x="${labelWidth}" y="${y + 15}" font-weight="bold">${growth.title}</text>`);
    y += rowHeight;
    const greatest = Math.max(...points.map(({ measurement }) => measurement.value));
    for (const { x, measurement } of points) {
      const width = Math.max(2, (measurement.value / greatest) * barWidth);
      const p99 = measurement.details?.["p99"];
      const text = `${formatNumber(measurement.value)} ${growth.unit}${p99 === undefined ? "" : `, p99 ${formatNumber(p99)} ms`}`;
      parts.push(
        `<text x="${labelWidth - 8}" y="${y + 15}" text-anchor="end">${formatNumber(x)} ${growth.of}</text>`,
        `<rect x="${labelWidth}" y="${y}" width="${width.toFixed(1)}" height="${rowHeight - 6}" fill="#2b6cb0"/>`,
        `<text x="${labelWidth + barWidth + 8}" y="${y + 15}">${text}</text>`,
      );
      y += rowHeight;
    }
    y += rowHeight / 2;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${labelWidth + barWidth + 240}" height="${y}" font-family="sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
};
