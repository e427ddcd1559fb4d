import type { Sample } from "./prometheusText.ts";
import type { Instance } from "./scrape.ts";

/** Counts over all processes since this console started. A counter that restarts from 0 with its process does not go back here. */
export type Totals = {
  readonly commands: number;
  readonly failedCommands: number;
  readonly events: number;
  readonly published: number;
  readonly projected: number;
  /** Times that a projector found that Kafka had deleted messages before it read them. */
  readonly jumps: number;
  readonly timersGivenUp: number;
  /** Events by the upper bound, in seconds, of the time that they needed to be readable; cumulative, as Prometheus has them. */
  readonly delays: ReadonlyMap<number, number>;
};

/** The names of the counters that `createTotals` reads. */
export const counterNames: readonly string[] = [
  "cart_commands_total",
  "cart_events_appended_total",
  "outbox_published_total",
  "cart_events_projected_total",
  "cart_consumer_jumps_total",
  "cart_timers_total",
  "cart_projection_delay_seconds_bucket",
];

/** Passes for which a process that does not answer is remembered. */
const rememberedPasses = 120;

type Seen = { readonly values: Map<string, number>; passes: number };

/** Returns a function that takes the processes of a pass and returns the new totals. */
export const createTotals = (): ((instances: readonly Instance[]) => Totals) => {
  const seen = new Map<string, Seen>();
  const totals = { commands: 0, failedCommands: 0, events: 0, published: 0, projected: 0, jumps: 0, timersGivenUp: 0 };
  const delays = new Map<number, number>();

  const add = (service: string, { name, labels }: Sample, more: number): void => {
    if (name === "cart_commands_total") {
      totals.commands += more;
      if (labels["result"] === "error") totals.failedCommands += more;
    } else if (name === "cart_events_appended_total") totals.events += more;
    else if (name === "outbox_published_total") totals.published += more;
    else if (name === "cart_events_projected_total") totals.projected += more;
    else if (name === "cart_consumer_jumps_total") totals.jumps += service === "projector" ? more : 0;
    else if (name === "cart_timers_total") totals.timersGivenUp += labels["outcome"] === "given_up" ? more : 0;
    else {
      const bound = labels["le"] === "+Inf" ? Infinity : Number(labels["le"]);
      delays.set(bound, (delays.get(bound) ?? 0) + more);
    }
  };

  const take = ({ service, address, samples }: Instance): void => {
    const key = `${service} ${address}`;
    const before = seen.get(key)?.values;
    const values = new Map<string, number>();
    for (const sample of samples) {
      const { name, labels, value } = sample;
      if (!counterNames.includes(name)) continue;
      const series = `${name} ${JSON.stringify(labels)}`;
      values.set(series, value);
      // What a process counted before this console knew it happened at an unknown time.
      if (before === undefined) continue;
      const last = before.get(series) ?? 0;
      add(service, sample, value >= last ? value - last : value);
    }
    seen.set(key, { values, passes: 0 });
  };

  return (instances) => {
    for (const instance of instances) if (instance.samples.length > 0) take(instance);
    for (const [key, one] of seen) if (++one.passes > rememberedPasses) seen.delete(key);
    return { ...totals, delays: new Map(delays) };
  };
};

/**
 * Returns the time, in seconds, within which this share of the events became readable between two totals, interpolated
 * as Prometheus does; `undefined` if there were no events.
 */
export const quantile = (share: number, before: Totals, after: Totals): number | undefined => {
  const bounds = [...after.delays.keys()].toSorted((a, b) => a - b);
  const counts = bounds.map((bound) => (after.delays.get(bound) ?? 0) - (before.delays.get(bound) ?? 0));
  const all = counts.at(-1) ?? 0;
  if (all === 0) return undefined;
  const rank = share * all;
  const index = counts.findIndex((found) => found >= rank);
  const [low, high] = [bounds[index - 1] ?? 0, bounds[index] ?? Infinity];
  if (high === Infinity) return low;
  const [below, upTo] = [counts[index - 1] ?? 0, counts[index] ?? 0];
  return low + (high - low) * ((rank - below) / Math.max(1, upTo - below));
};
