import { markdownTable } from "@cart/tools/own-servers";
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
  ["Seconds to recover", ({ recoverySeconds }) => (recoverySeconds === undefined ? "–" : recoverySeconds.toFixed(1))],
];

export const tableOf = (results: readonly ScenarioResult[]): string =>
  markdownTable(
    columns.map(([title]) => title),
    results.map((result) => columns.map(([, value]) => String(value(result)))),
  );
