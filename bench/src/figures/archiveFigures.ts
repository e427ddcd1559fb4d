import { eventStoreTables, multiplyArchived } from "@cart/event-store/testing";
import { runLoad } from "../load/runLoad.ts";
import { runPace } from "../load/runPace.ts";
import type { PaceResult } from "../load/pacePlan.ts";
import type { Bench, Measurement } from "../measurement.ts";
import { byTurns, compare, median, type Round } from "../rounds.ts";
import { startArchiveJob, withArchiveFolder } from "../system/archiveJob.ts";
import { fillFinishedCarts, finishedCartEvents } from "../system/fillTables.ts";
import { type FreshSystem, withFreshSystem } from "../system/freshSystem.ts";
import { until } from "../system/until.ts";
import { loadAppends, withHandler } from "./appendFigures.ts";
import { publishBacklog } from "./relayFigures.ts";

const warmUpSeconds = 2;

/** Rows of the backlog that a relay publishes in a round. */
const backlogRows = 100_000;

/** Events whose archiving leaves as many rows in the event store as the figure has. */
const standsForEvents = 10_000_000;

/** Hours, which the archiving of the largest number of events may take. */
const longestJobSeconds = 7_200;

type Rates = {
  readonly append: readonly Round<number>[];
  readonly http: readonly Round<number>[];
  readonly relay: readonly Round<number>[];
};

/** Measures what an event store does in a second against the same of another one, by turns. Both outboxes must be empty. */
const measureRates = async (
  bench: Bench,
  [subject, control]: readonly [FreshSystem, FreshSystem],
  { rounds, relayRounds }: { readonly rounds: number; readonly relayRounds: number },
): Promise<Rates> => {
  const seconds = bench.seconds / rounds;
  const relayOf = (system: FreshSystem) => async () => (await publishBacklog(system, bench, backlogRows, 1)).value;
  const relay = await byTurns(relayRounds, relayOf(subject), relayOf(control));
  const append = await withHandler(subject, {}, (ofSubject) =>
    withHandler(control, {}, async (ofControl) => {
      const rateOf = (handler: typeof ofSubject, duration: number) => async () => {
        const load = await loadAppends(handler, { callers: 64, seconds: duration });
        return load.times.length / load.seconds;
      };
      for (const handler of [ofSubject, ofControl]) await rateOf(handler, warmUpSeconds)();
      return byTurns(rounds, rateOf(ofSubject, seconds), rateOf(ofControl, seconds));
    }),
  );
  const apis = [await subject.start("command-api"), await control.start("command-api")] as const;
  const httpOf =
    ({ url }: (typeof apis)[number], duration: number) =>
    async () => {
      const load = await runLoad({ url, connections: 32, seconds: duration });
      if (load.failed > 0) throw new Error(`${load.failed} commands failed`);
      return load.succeeded / load.seconds;
    };
  for (const api of apis) await httpOf(api, warmUpSeconds)();
  const http = await byTurns(rounds, httpOf(apis[0], seconds), httpOf(apis[1], seconds));
  await Promise.all(apis.map((api) => api.stop()));
  return { append, http, relay };
};

/** Archives every cart of the system while a relay runs, and waits until subscribers are told. Resolves to the events of a second. */
const archiveAll = async (system: FreshSystem, events: number): Promise<number> =>
  withArchiveFolder(async (folder) => {
    const relay = await system.start("outbox-relay");
    const started = performance.now();
    const archived = await startArchiveJob(system, folder).ended;
    const seconds = (performance.now() - started) / 1000;
    if (archived !== events) throw new Error(`${archived} of ${events} events were archived`);
    const { events: table, outbox } = eventStoreTables(system.eventStore);
    if (await table.has()) throw new Error("the event store still has events of archived carts");
    await until("the relay to tell subscribers", longestJobSeconds, async () => !(await outbox.has({ status: "PENDING" })));
    await relay.stop();
    return events / seconds;
  });

/**
 * The rates of an event store whose archived carts had ten million events against those of one that never had any, measured by turns;
 * the value is the least of the ratios. The program archives `bench.archivedEvents` events. What it leaves in the event store is a row
 * for each cart, which is copied for the rest. The details have the rates of the same event store before the events were there, too.
 */
export const archivedRates = (bench: Bench): Promise<Measurement> =>
  withFreshSystem(bench, (archive) =>
    withFreshSystem(bench, async (control) => {
      const systems = [archive, control] as const;
      const before = await measureRates({ ...bench, seconds: 2 }, systems, { rounds: 1, relayRounds: 1 });
      // The job reads events by their ids until it meets one that is too new, so the carts of the year before have to come first.
      for (const { eventStore } of systems) await eventStoreTables(eventStore).clear();
      const events = await fillFinishedCarts(archive.eventStore, bench.archivedEvents, bench.report);
      bench.report(`  ${events} events of finished carts are there`);
      const archivedPerSecond = await archiveAll(archive, events);
      bench.report(`  ${events} events are archived, ${Math.round(archivedPerSecond)} per second`);
      await multiplyArchived(archive.eventStore, standsForEvents / finishedCartEvents);
      const rows = await eventStoreTables(archive.eventStore).archived.count();
      const after = await measureRates(bench, systems, { rounds: 5, relayRounds: 3 });
      const [append, http, relay] = [compare(after.append, rate), compare(after.http, rate), compare(after.relay, rate)];
      return {
        value: Math.min(append.times, http.times, relay.times),
        details: {
          archivedEvents: events,
          archivedPerSecond,
          archivedRows: rows,
          ...named("append", append, before.append),
          ...named("http", http, before.http),
          ...named("relay", relay, before.relay),
        },
      };
    }),
  );

const rate = (value: number): number => value;

const named = (name: string, { subject, control, times }: ReturnType<typeof compare>, before: readonly Round<number>[]) => ({
  [`${name}Times`]: times,
  [name]: subject,
  [`${name}Control`]: control,
  [`${name}Before`]: median(before.map(({ subject: own }) => own)),
});

/** Commands per second while carts are archived: a tenth of what the machine takes. */
const pacePerSecond = 200;

/** More than the job archives in a second. */
const stockPerSecond = 20_000;

const paceRounds = 4;

/**
 * How many times longer the p99 of commands at a fixed rate is while carts are archived than it is without. Both are taken by turns; the
 * job is interrupted after each round and goes on in the next.
 */
export const commandsWhileArchiving = (bench: Bench): Promise<Measurement> =>
  withFreshSystem(bench, (system) =>
    withArchiveFolder(async (folder) => {
      const { archived } = eventStoreTables(system.eventStore);
      const seconds = bench.seconds / 2;
      await fillFinishedCarts(system.eventStore, paceRounds * seconds * stockPerSecond, bench.report);
      const { url } = await system.start("command-api");
      await system.start("outbox-relay");
      const pace = (duration: number): Promise<PaceResult> => runPace({ url, rate: pacePerSecond, seconds: duration });
      let [archivedCarts, archivingSeconds] = [0, 0];
      const paceWhileArchiving = async (): Promise<PaceResult> => {
        const job = startArchiveJob(system, folder);
        const before = await archived.count();
        await until("the first cart to be archived", 60, async () => (await archived.count()) > before);
        const [first, started] = [await archived.count(), performance.now()];
        const result = await Promise.race([pace(seconds), job.ended]);
        if (result === undefined || typeof result === "number") throw new Error("archive-carts ended before the commands did");
        archivedCarts += (await archived.count()) - first;
        archivingSeconds += (performance.now() - started) / 1000;
        job.interrupt();
        await job.ended;
        return result;
      };
      await pace(warmUpSeconds);
      const rounds = await byTurns(paceRounds, paceWhileArchiving, () => pace(seconds));
      const [p50, p99] = [compare(rounds, (result) => result.p50), compare(rounds, (result) => result.p99)];
      const maxOf = (results: readonly PaceResult[]): number => Math.max(...results.map(({ max }) => max));
      const failed = rounds.reduce((sum, { subject, control }) => sum + subject.failed + control.failed, 0);
      return {
        value: p99.times,
        details: {
          p50: p50.subject,
          p50Without: p50.control,
          p99: p99.subject,
          p99Without: p99.control,
          max: maxOf(rounds.map(({ subject }) => subject)),
          maxWithout: maxOf(rounds.map(({ control }) => control)),
          failed,
          archivedCartsPerSecond: archivedCarts / archivingSeconds,
        },
      };
    }),
  );
