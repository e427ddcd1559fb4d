import { markdownTable } from "@cart/tools/own-servers";
import { megabytes, type RowResult } from "./runRow.ts";
import { serviceNames } from "./system/limitedSystem.ts";

export const tableOf = (results: readonly RowResult[]): string =>
  markdownTable(
    ["Tried", ...serviceNames.map((service) => `Peak of ${service}`), "Enforced by", "Outcome"],
    results.map(({ row, peaks, enforcement, outcome, mistakes }) => [
      row.tried,
      ...serviceNames.map((service) => (service in peaks ? peakOf(peaks[service]) : "")),
      enforcement,
      mistakes.length === 0 ? outcome : `WRONG: ${mistakes.join("; ")}`,
    ]),
  );

const peakOf = (peak: number | undefined): string => (peak === undefined ? "killed" : megabytes(peak));
