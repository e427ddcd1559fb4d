import { Gauge, type Registry } from "prom-client";
import type { Sampled } from "./sampled.ts";

export type Sample = { readonly labels?: Readonly<Record<string, string | number>>; readonly value: number };

export type SampledGaugeOptions<T> = {
  readonly registry: Registry;
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  /** Several gauges may have the same one: it is then asked once for all of them. */
  readonly source: Sampled<T>;
  readonly samplesOf: (answer: T) => readonly Sample[];
};

/**
 * A gauge that shows what its source says at each scrape, and nothing else: while the
 * source fails or is late the gauge is absent, instead of 0 or an old value, and a
 * series that the source no longer names is gone.
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
