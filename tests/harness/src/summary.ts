import type { ScenarioResult } from "./scenarioResult.ts";

export const summaryOf = ({
  injected,
  acknowledged,
  unknown,
  refused,
  events,
  repeated,
  recoverySeconds,
  reads,
  deaths,
  findings,
}: ScenarioResult): string =>
  [
    `${injected} faults`,
    `${acknowledged} commands acknowledged, ${unknown} without an answer, ${refused} refused`,
    `${events} events, ${repeated} published again`,
    `${reads} reads`,
    ...(deaths > 0 ? [`${deaths} services ended on their own`] : []),
    ...(recoverySeconds === undefined ? [] : [`recovered in ${recoverySeconds.toFixed(1)} s`]),
    findings.total() === 0 ? "all zeros" : `${findings.total()} VIOLATIONS`,
  ].join("; ");
