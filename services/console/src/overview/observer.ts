import { type Logger, startLoop } from "@cart/process-kit";
import { type Instance, scrape, type Target } from "./scrape.ts";
import type { Overview, Point } from "./overviewSchema.ts";
import { problemsOf } from "./problemsOf.ts";
import { counterNames, createTotals, quantile, type Totals } from "./totals.ts";

export type PartitionOfGroup = Overview["partitions"][number];

/** What the console itself counts in MySQL and Kafka, so that it is known while a service is down. Each rejects if its server does not answer. */
export type Counts = {
  readonly outbox: () => Promise<{ readonly pending: number; readonly failed: number; readonly oldestSeconds: number }>;
  readonly deadLetters: () => Promise<{ readonly letters: number; readonly parked: number }>;
  readonly lag: () => Promise<readonly PartitionOfGroup[]>;
};

export type ObserverOptions = {
  readonly targets: readonly Target[];
  readonly counts: Counts;
  readonly projectorGroup: string;
  readonly abandonmentGroup: string;
  readonly logger: Logger;
};

export type Observer = {
  /** Resolves to the last figures; waits for the first ones. */
  readonly overview: () => Promise<Overview>;
  readonly stop: () => Promise<void>;
};

const intervalMs = 5_000;
/** An hour. A point has about 400 bytes. */
const maxPoints = 3_600_000 / intervalMs;
/** Points over which the time to be readable is measured: a minute. */
const quantilePoints = 60_000 / intervalMs;

/** Points over which commands that failed are counted: five minutes. */
const failurePoints = 300_000 / intervalMs;

const gauges = ["cart_timers_due", "cart_timers_oldest_due_seconds"] as const;
const wanted: ReadonlySet<string> = new Set([...counterNames, ...gauges]);

type Pass = { readonly at: number; readonly totals: Totals };

/** Reads the figures every 5 s, whether anyone looks or not, and keeps those of the last hour. */
export const startObserver = (options: ObserverOptions): Observer => {
  const takeTotals = createTotals();
  const passes: Pass[] = [];
  const history: Point[] = [];
  let current: Omit<Overview, "history" | "interval_seconds"> | undefined;
  let known: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (known = resolve));

  const pass = async (): Promise<number> => {
    const begin = performance.now();
    const measured = await measure(options);
    passes.push({ at: begin, totals: takeTotals(measured.instances) });
    if (passes.length > maxPoints + 1) passes.shift();
    const now = pointOf(measured, passes, options);
    history.push(now);
    if (history.length > maxPoints) history.shift();
    const instances = measured.instances.map(toInstance);
    const problems = problemsOf({ now, instances, mysql: measured.outbox !== undefined, kafka: measured.partitions !== undefined });
    current = { now, instances, problems, partitions: [...(measured.partitions ?? [])] };
    known();
    return Math.max(100, intervalMs - (performance.now() - begin));
  };

  const loop = startLoop({ name: "the observer", work: pass, backoff: { baseMs: 1_000, maxMs: intervalMs }, logger: options.logger });
  return {
    overview: async () => {
      await first;
      if (current === undefined) throw new Error("the first pass has ended without figures");
      return { ...current, history, interval_seconds: intervalMs / 1_000 };
    },
    stop: loop.stop,
  };
};

type Measured = {
  readonly instances: readonly Instance[];
  readonly outbox: Awaited<ReturnType<Counts["outbox"]>> | undefined;
  readonly deadLetters: Awaited<ReturnType<Counts["deadLetters"]>> | undefined;
  readonly partitions: readonly PartitionOfGroup[] | undefined;
};

const measure = async ({ targets, counts, logger }: ObserverOptions): Promise<Measured> => {
  const known = <T>(what: string, asked: Promise<T>): Promise<T | undefined> =>
    asked.catch((error: unknown) => {
      logger.debug({ err: error }, `${what} could not be counted`);
      return undefined;
    });
  const [instances, outbox, deadLetters, partitions] = await Promise.all([
    scrape(targets, wanted),
    known("the outbox", counts.outbox()),
    known("the dead letters", counts.deadLetters()),
    known("the lag", counts.lag()),
  ]);
  return { instances, outbox, deadLetters, partitions };
};

const pointOf = (
  { instances, outbox, deadLetters, partitions }: Measured,
  passes: readonly Pass[],
  { projectorGroup, abandonmentGroup }: ObserverOptions,
): Point => {
  const [before, last] = [passes.at(-2), passes.at(-1)];
  const oldest = passes.at(-quantilePoints - 1) ?? passes[0];
  const since = (points: number, of: (totals: Totals) => number): number => {
    const first = passes.at(-points - 1) ?? passes[0];
    return first === undefined || last === undefined ? 0 : of(last.totals) - of(first.totals);
  };
  const perSecond = (of: (totals: Totals) => number): number | null =>
    before === undefined || last === undefined ? null : rounded((of(last.totals) - of(before.totals)) / ((last.at - before.at) / 1_000));
  const visible = (share: number): number | null => {
    const seconds = oldest === undefined || last === undefined ? undefined : quantile(share, oldest.totals, last.totals);
    return seconds === undefined ? null : rounded(seconds * 1_000);
  };
  const lagOf = (group: string): number | null =>
    partitions === undefined ? null : partitions.filter((one) => one.group === group).reduce((sum, { lag }) => sum + lag, 0);
  return {
    at: new Date().toISOString(),
    commands_per_second: perSecond(({ commands }) => commands),
    events_per_second: perSecond(({ events }) => events),
    published_per_second: perSecond(({ published }) => published),
    projected_per_second: perSecond(({ projected }) => projected),
    outbox_pending: outbox?.pending ?? null,
    outbox_oldest_seconds: outbox === undefined ? null : rounded(Math.max(0, outbox.oldestSeconds)),
    outbox_given_up: outbox?.failed ?? null,
    lag: lagOf(projectorGroup),
    timers_lag: lagOf(abandonmentGroup),
    dead_letters: deadLetters?.letters ?? null,
    parked: deadLetters?.parked ?? null,
    timers_due: gaugeOf(instances, "cart_timers_due"),
    timers_oldest_due_seconds: gaugeOf(instances, "cart_timers_oldest_due_seconds"),
    timers_given_up: since(maxPoints, ({ timersGivenUp }) => timersGivenUp),
    commands_failed: since(failurePoints, ({ failedCommands }) => failedCommands),
    messages_lost: since(maxPoints, ({ jumps }) => jumps),
    visible_p50_ms: visible(0.5),
    visible_p99_ms: visible(0.99),
  };
};

/** Every process reports the same table, so the greatest value is the newest one. */
const gaugeOf = (instances: readonly Instance[], wantedName: (typeof gauges)[number]): number | null => {
  const values = instances.flatMap(({ samples }) => samples.filter(({ name }) => name === wantedName).map(({ value }) => value));
  return values.length === 0 ? null : Math.max(...values);
};

const rounded = (value: number): number => Math.round(value * 10) / 10;

const toInstance = ({ service, address, isUp, reason }: Instance): Overview["instances"][number] => ({
  service,
  address,
  status: !isUp ? "down" : reason === null ? "ready" : "not ready",
  reason,
});
