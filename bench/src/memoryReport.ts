import { type MemoryRun, memoryGrowth } from "./memory.ts";

/** A Markdown table with a row for each service. */
export const toMemoryTable = (run: MemoryRun): string =>
  [
    "| service | second quarter | last quarter | growth |",
    "| --- | --- | --- | --- |",
    ...memoryGrowth(run).map(
      ({ service, early, late }) => `| ${service} | ${early.toFixed(0)} MB | ${late.toFixed(0)} MB | ${percent(late / early - 1)} |`,
    ),
  ].join("\n");

/** `+ 0` turns the negative zero of a tiny decrease into 0. */
const percent = (ratio: number): string => `${Math.round(ratio * 100) + 0} %`;

/** Every sample of the run as CSV: seconds since the start, events stored, and the megabytes that each service holds. */
export const toMemoryCsv = ({ services, samples }: MemoryRun): string =>
  [["seconds", "events", ...services], ...samples.map(({ seconds, events, rss }) => [seconds, events, ...rss].map(Math.round))]
    .map((cells) => `${cells.join(",")}\n`)
    .join("");

const [width, height, left, top] = [640, 260, 60, 20];
const colours = ["#2b6cb0", "#2f855a", "#c05621", "#6b46c1", "#b83280"];

/** An SVG chart with a line for each service: megabytes over events. */
export const toMemoryChart = ({ services, samples }: MemoryRun): string => {
  const most = Math.ceil(Math.max(...samples.flatMap(({ rss }) => rss)) / 50) * 50;
  const events = samples.at(-1)?.events ?? 1;
  const x = (value: number): string => (left + (value / events) * width).toFixed(1);
  const y = (value: number): string => (top + height - (value / most) * height).toFixed(1);
  const grid = Array.from({ length: 5 }, (_, index) => (most / 4) * index).flatMap((size) => [
    `<line x1="${left}" x2="${left + width}" y1="${y(size)}" y2="${y(size)}" stroke="#ddd"/>`,
    `<text x="${left - 8}" y="${Number(y(size)) + 4}" text-anchor="end">${size.toFixed(0)} MB</text>`,
  ]);
  const lines = services.flatMap((service, index) => [
    `<polyline fill="none" stroke="${colours[index]}" points="${samples.map((sample) => `${x(sample.events)},${y(sample.rss[index] ?? 0)}`).join(" ")}"/>`,
    `<text x="${left + width + 8}" y="${top + 14 + index * 18}" fill="${colours[index]}">${service}</text>`,
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + 150}" height="${top + height + 40}" font-family="sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...grid,
    ...lines,
    `<text x="${left}" y="${top + height + 20}">0</text>`,
    `<text x="${left + width}" y="${top + height + 20}" text-anchor="end">${events.toLocaleString("en")} events</text>`,
    "</svg>\n",
  ].join("\n");
};
