import { type Findings, joinFindings } from "./check/findings.ts";

export type ScenarioResult = {
  readonly scenario: { readonly name: string; readonly fault: string };
  readonly injected: number;
  readonly acknowledged: number;
  readonly unknown: number;
  readonly refused: number;
  readonly events: number;
  /** Messages that were published again, which is harmless. */
  readonly repeated: number;
  /** The longest recovery in seconds; `undefined` if there was nothing to recover from. */
  readonly recoverySeconds: number | undefined;
  /** The longest time in seconds from one acknowledged command to the next. */
  readonly silenceSeconds: number;
  readonly reads: number;
  /** Service processes that exited although the suite did not stop them. */
  readonly deaths: number;
  readonly findings: Findings;
  readonly seconds: number;
};

/** One result for each scenario: the sums of its rounds, and the longest times. */
export const joinResults = (results: readonly ScenarioResult[]): readonly ScenarioResult[] => {
  const joined = new Map<string, ScenarioResult>();
  for (const result of results) {
    const known = joined.get(result.scenario.name);
    joined.set(result.scenario.name, known === undefined ? result : joinTwo(known, result));
  }
  return [...joined.values()];
};

const joinTwo = (a: ScenarioResult, b: ScenarioResult): ScenarioResult => {
  const recoveries = [a, b].flatMap(({ recoverySeconds = [] }) => recoverySeconds);
  return {
    scenario: a.scenario,
    injected: a.injected + b.injected,
    acknowledged: a.acknowledged + b.acknowledged,
    unknown: a.unknown + b.unknown,
    refused: a.refused + b.refused,
    events: a.events + b.events,
    repeated: a.repeated + b.repeated,
    recoverySeconds: recoveries.length === 0 ? undefined : Math.max(...recoveries),
    silenceSeconds: Math.max(a.silenceSeconds, b.silenceSeconds),
    reads: a.reads + b.reads,
    deaths: a.deaths + b.deaths,
    findings: joinFindings(a.findings, b.findings),
    seconds: a.seconds + b.seconds,
  };
};
