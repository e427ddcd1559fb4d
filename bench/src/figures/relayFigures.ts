import { setTimeout as delay } from "node:timers/promises";
import { eventStoreTables, multiplyRows } from "@cart/event-store/testing";
import { runBatchConsumer } from "@cart/messaging";
import { waitUntil } from "@cart/tools/own-servers";
import type { Pool } from "mysql2/promise";
import { type Bench, type Measurement, percentile } from "../measurement.ts";
import { fillOutbox } from "../system/fillTables.ts";
import { type FreshSystem, withFreshSystem } from "../system/freshSystem.ts";
import { until } from "../system/until.ts";

/**
 * Rows per second from the first poll that finds published rows to the first poll that
 * finds an empty backlog, by this process's clock. Earlier backlogs are published
 * uncounted, because a broker that has just started takes three times as long.
 */
export const relayBacklog =
  (rows: number, { relays = 1, warmUps = 0 }: { readonly relays?: number; readonly warmUps?: number } = {}) =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, async (system) => {
      for (let n = 0; n < warmUps; n++) await publishBacklog(system, bench, rows, relays);
      return publishBacklog(system, bench, rows, relays);
    });

/** Fills the outbox, which must be empty, and measures how `relays` relays publish it. They are stopped afterwards. */
export const publishBacklog = async (
  { eventStore, start }: FreshSystem,
  bench: Bench,
  rows: number,
  relays: number,
): Promise<Measurement> => {
  const eventsEach = 4;
  await fillOutbox(eventStore, Math.min(rows, 100_000) / eventsEach, eventsEach);
  await multiplyRows(eventStore, "outbox", rows, bench.report);
  bench.report(`  ${rows} outbox rows are there`);
  const { outbox } = eventStoreTables(eventStore);
  const look = async (): Promise<Look> => ({ waiting: await outbox.count({ status: "PENDING" }), at: performance.now() });
  let first = await look();
  let last = first;
  // Poll while the relays start: a small backlog is gone before they report ready.
  const [started] = await Promise.all([
    Promise.all(Array.from({ length: relays }, () => start("outbox-relay"))),
    until("the relay to begin", 60, async () => (first = await look()).waiting < rows),
  ]);
  await until("the relay to publish the backlog", 600, async () => {
    if (await hasPending(eventStore)) return false;
    last = await look();
    return true;
  });
  await Promise.all(started.map((relay) => relay.stop()));
  return {
    value: first.waiting / ((last.at - first.at) / 1000),
    details: { publishedBefore: rows - first.waiting },
  };
};

/** How many rows waited, and when, in milliseconds. */
type Look = { readonly waiting: number; readonly at: number };

const hasPending = (eventStore: Pool): Promise<boolean> => eventStoreTables(eventStore).outbox.has({ status: "PENDING" });

/** Measures from the commit of `rows` rows, which a relay is waiting for, to the mark of the last row, because so small a backlog has no measurable duration. */
export const relayBurst =
  (rows: number) =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, async ({ eventStore, start }) => {
      await start("outbox-relay");
      const times: number[] = [];
      const end = performance.now() + bench.seconds * 1000;
      while (times.length === 0 || performance.now() < end) {
        await fillOutbox(eventStore, rows / 4, 4);
        const committed = performance.now();
        await until("the relay to publish the rows", 60, async () => !(await hasPending(eventStore)), 2);
        times.push(performance.now() - committed);
      }
      return { value: rows / (percentile(times, 50) / 1000), details: { bursts: times.length } };
    });

/** Measures from the commit of an outbox row to the consumer's handler, at 50 rows per second. */
export const relayLatency = (bench: Bench): Promise<Measurement> =>
  withFreshSystem(bench, async ({ eventStore, start, kafka, topics, logger }) => {
    await start("outbox-relay");
    const arrivals: number[] = [];
    const consumer = runBatchConsumer({
      kafka,
      groupId: topics.cartEvents,
      topics: [topics.cartEvents],
      logger,
      handleBatch: (messages) => {
        arrivals.push(...messages.map(() => performance.now()));
        return Promise.resolve();
      },
    });
    await waitUntil("the consumer to join", 60, consumer.assertReady);
    const one = async (): Promise<number> => {
      const before = arrivals.length;
      await fillOutbox(eventStore, 1, 1);
      const committed = performance.now();
      await until("a message", 10, () => arrivals.length > before, 1);
      return (arrivals.at(-1) ?? Number.NaN) - committed;
    };
    for (const end = performance.now() + 10_000; performance.now() < end;) await one();
    const times: number[] = [];
    const end = performance.now() + bench.seconds * 1000;
    while (performance.now() < end) {
      times.push(Math.max(0, await one()));
      await delay(Math.random() * 30);
    }
    await consumer.stop();
    return { value: percentile(times, 50), details: { p99: percentile(times, 99), samples: times.length } };
  });
