import { setTimeout as delay } from "node:timers/promises";
import { runBatchConsumer } from "@cart/messaging";
import type { RowDataPacket } from "mysql2/promise";
import { type Bench, type Measurement, percentile } from "../measurement.ts";
import { fillOutbox } from "../system/fillTables.ts";
import { withFreshSystem } from "../system/freshSystem.ts";
import { multiplyRows } from "../system/multiplyRows.ts";
import { until } from "../system/until.ts";

/** From the first row published to the last one marked, by the database's clock. */
export const relayBacklog =
  (rows: number, relays = 1) =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, async ({ eventStore, start }) => {
      const eventsEach = 4;
      await fillOutbox(eventStore, Math.min(rows, 100_000) / eventsEach, eventsEach);
      await multiplyRows(eventStore, "outbox", rows, bench.report);
      bench.report(`  ${rows} outbox rows are there`);
      await Promise.all(Array.from({ length: relays }, () => start("outbox-relay")));
      const [backlog] = await eventStore.query<(RowDataPacket & { now: Date; published: number })[]>(
        "SELECT NOW(6) AS now, COUNT(*) AS published FROM outbox WHERE status = 'PUBLISHED'",
      );
      await until("the relay to publish the backlog", 600, async () => {
        const [pending] = await eventStore.query<RowDataPacket[]>("SELECT 1 FROM outbox WHERE status = 'PENDING' LIMIT 1");
        return pending.length === 0;
      });
      const [[times]] = await eventStore.query<(RowDataPacket & { seconds: string })[]>(
        "SELECT TIMESTAMPDIFF(MICROSECOND, MIN(published_at), MAX(published_at)) / 1e6 AS seconds FROM outbox",
      );
      return { value: rows / Number(times?.seconds), details: { alreadyPublishedWhenReady: backlog[0]?.published ?? 0 } };
    });

/** From the commit of so many rows, which a relay waits for, to the last one marked: a backlog that is gone at once has no duration. */
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
        await until(
          "the relay to publish the rows",
          60,
          async () => {
            const [pending] = await eventStore.query<RowDataPacket[]>("SELECT 1 FROM outbox WHERE status = 'PENDING' LIMIT 1");
            return pending.length === 0;
          },
          2,
        );
        times.push(performance.now() - committed);
      }
      return { value: rows / (percentile(times, 50) / 1000), details: { bursts: times.length } };
    });

/** From the commit of an outbox row to the message in a consumer's hands, 50 rows a second. */
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
    await until("the consumer to join", 60, async () =>
      consumer.assertReady().then(
        () => true,
        () => false,
      ),
    );
    const one = async (): Promise<number> => {
      const before = arrivals.length;
      await fillOutbox(eventStore, 1, 1);
      const committed = performance.now();
      await until("a message", 10, () => arrivals.length > before, 1);
      return (arrivals.at(-1) ?? Number.NaN) - committed;
    };
    for (let n = 0; n < 50; n++) await one();
    const times: number[] = [];
    const end = performance.now() + bench.seconds * 1000;
    while (performance.now() < end) {
      times.push(Math.max(0, await one()));
      await delay(Math.random() * 30);
    }
    await consumer.stop();
    return { value: percentile(times, 50), details: { p99: percentile(times, 99), samples: times.length } };
  });
