import { eventStoreTables } from "@cart/event-store/testing";
import { runLoad } from "./load/runLoad.ts";
import type { Bench } from "./measurement.ts";
import { apisOf, startAll } from "./system/allServices.ts";
import { withFreshSystem } from "./system/freshSystem.ts";
import { type Apis, postThenGet } from "./system/postThenGet.ts";
import { residentMegabytes } from "./system/processes.ts";

export type MemorySample = {
  readonly seconds: number;
  readonly events: number;
  /** Resident set of each service in megabytes, in the order of `services`. */
  readonly rss: readonly number[];
};

export type MemoryRun = { readonly services: readonly string[]; readonly samples: readonly MemorySample[] };

/** Time between two samples. */
const sampleEverySeconds = 10;

/** Samples the memory of every service while `events` events go through the system, as fast as it accepts them from 16 writers, with one reader. */
export const measureMemory = (bench: Bench, events: number): Promise<MemoryRun> =>
  withFreshSystem(bench, async (system) => {
    const services = await startAll(system);
    const apis = apisOf(services);
    const samples: MemorySample[] = [];
    const started = performance.now();
    while ((samples.at(-1)?.events ?? 0) < events) {
      const load = runLoad({ url: apis.commandApi, connections: 16, seconds: sampleEverySeconds });
      // query-api is busy only if a client reads what was just written.
      await Promise.all([load, readFor(sampleEverySeconds, apis)]);
      const stored = await eventStoreTables(system.eventStore).events.last();
      const sample = {
        seconds: (performance.now() - started) / 1000,
        events: stored,
        rss: await Promise.all(services.map(({ pid }) => residentMegabytes(pid))),
      };
      samples.push(sample);
      const sizes = services.map(({ name }, index) => `${name} ${sample.rss[index]?.toFixed(0)} MB`);
      bench.report(`  ${sample.events} events after ${sample.seconds.toFixed(0)} s: ${sizes.join(", ")}`);
    }
    return { services: services.map(({ name }) => name), samples };
  });

const readFor = async (seconds: number, apis: Apis): Promise<void> => {
  const end = performance.now() + seconds * 1000;
  // A read that is refused because the read model is far behind does not end a long run.
  while (performance.now() < end) await postThenGet(apis).catch(() => undefined);
};

export type MemoryGrowth = { readonly service: string; readonly early: number; readonly late: number };

/** The median megabytes of the second and of the last quarter of the run. The first quarter is the warm-up. */
export const memoryGrowth = ({ services, samples }: MemoryRun): MemoryGrowth[] => {
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  const median = (part: readonly MemorySample[], service: number): number => {
    const sorted = part.map((sample) => sample.rss[service] ?? Number.NaN).toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return services.map((service, index) => ({
    service,
    early: median(samples.slice(quarter, 2 * quarter), index),
    late: median(samples.slice(-quarter), index),
  }));
};
