import { markdownTable } from "@cart/tools/own-servers";
import type { ScenarioResult } from "./scenarioResult.ts";

type Column = readonly [title: string, value: (result: ScenarioResult) => string | number];

const columns: readonly Column[] = [
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

/** The longest time without an acknowledged command: while there is no primary, nothing can be stored. */
export const silenceColumn: Column = ["Seconds without a write", ({ silenceSeconds }) => silenceSeconds.toFixed(1)];

export const tableOf = (results: readonly ScenarioResult[], further: readonly Column[] = []): string => {
  const all = [...columns, ...further];
  return markdownTable(
    all.map(([title]) => title),
    results.map((result) => all.map(([, value]) => String(value(result)))),
  );
};
