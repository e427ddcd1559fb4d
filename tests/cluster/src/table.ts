import { markdownTable } from "@cart/tools/own-servers";
import type { Outcome } from "./scenarios/scenario.ts";

const columns: readonly (readonly [string, (outcome: Outcome) => string | number])[] = [
  ["Scenario", ({ name }) => name],
  ["Times injected", ({ injected }) => injected],
  ["Acknowledged", ({ acknowledged }) => acknowledged],
  ["Lost", ({ lost }) => lost],
  ["Out of order", ({ outOfOrder }) => outOfOrder],
  ["Repeated", ({ repeated }) => repeated],
];

export const tableOf = (outcomes: readonly Outcome[]): string =>
  markdownTable(
    columns.map(([title]) => title),
    outcomes.map((outcome) => columns.map(([, value]) => String(value(outcome)))),
  );
