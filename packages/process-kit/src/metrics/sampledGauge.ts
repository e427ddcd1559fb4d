import { Gauge, type Registry } from "prom-client";
import type { Sampled } from "./sampled.ts";

export type Sample = { readonly labels?: Readonly<Record<string, string | number>>; readonly value: number };

export type SampledGaugeOptions<T> = {
  readonly registry: Registry;
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  /** Several gauges may share a source, which is then queried once for all of them. */
  readonly source: Sampled<T>;
  readonly samplesOf: (answer: T) => readonly Sample[];
};

/**
 * Registers a gauge that shows its source's values at each scrape. While the source fails
 * or is late, the gauge is absent instead of showing 0 or an old value. A series that the
 * source no longer names disappears.
 */
export const sampledGauge = <T>({ registry, name, help, labelNames = [], source, samplesOf }: SampledGaugeOptions<T>): void => {
  new Gauge({
    name,
    help: `${help}; absent while its source does not answer`,
    labelNames: [...labelNames],
    registers: [registry],
    async collect() {
      const samples = await source().then(samplesOf, () => []);
      if (labelNames.length > 0) this.reset();
      // `reset` would set a gauge without labels to 0.
      else this.remove();
      for (const { labels = {}, value } of samples) this.set({ ...labels }, value);
    },
  });
};
