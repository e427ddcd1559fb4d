/** The series of each metric in the text that a service gives Prometheus: a histogram has three. */
export const exportedSeries = (exposition: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type]) => [
      name,
      type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ]),
  );
