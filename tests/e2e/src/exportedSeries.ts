/** The names of the series in the text of a service's /metrics. A histogram has three series. */
export const exportedSeries = (exposition: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type]) => [
      name,
      type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ]),
  );
