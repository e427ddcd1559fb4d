import { setTimeout as delay } from "node:timers/promises";
import { eventStoreTables } from "@cart/event-store/testing";
import { type Bench, type Measurement, percentile } from "../measurement.ts";
import { apisOf, startAll } from "../system/allServices.ts";
import { fillBehind, fillUnpublishable } from "../system/fillTables.ts";
import { withFreshSystem } from "../system/freshSystem.ts";
import type { Apis } from "../system/postThenGet.ts";
import { measureCpu, sum } from "../system/processes.ts";
import { until } from "../system/until.ts";
import { timesToVisible, warmUp } from "../system/visibility.ts";

const warmUpSeconds = 20;

/** Milliseconds after which the relay has searched for rows that are in the way: it does so every 10 s, and sooner if it has met some. */
const settlingMs = 15_000;

/**
 * What `rows` rows of one cart that wait behind a row that was given up cost all other carts: the value is how many times longer the
 * others take to be visible than without these rows. MySQL's share of a core is taken over the same times.
 */
export const visibleBesideBlockedRows =
  (rows: number) =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, async (system) => {
      const { eventStore } = system;
      // One attempt, so that the first row is given up at once.
      const services = await startAll(system, { RELAY_MAX_ATTEMPTS: "1" });
      const apis = apisOf(services);
      await warmUp(apis, warmUpSeconds);
      const without = await sample(bench, apis);

      const { outbox } = eventStoreTables(eventStore);
      const cart = await fillUnpublishable(eventStore);
      await until("the first row to be given up", 60, () => outbox.has({ aggregate_id: cart, status: "FAILED" }));
      await fillBehind(eventStore, cart, rows);
      await delay(settlingMs);
      const beside = await sample(bench, apis);
      if ((await outbox.count({ aggregate_id: cart })) !== rows + 1) throw new Error("rows behind one that was given up were published");
      return {
        value: beside.p50 / without.p50,
        details: {
          p50: beside.p50,
          p50Without: without.p50,
          p99: beside.p99,
          p99Without: without.p99,
          mysqlPercent: beside.mysqlPercent,
          mysqlPercentWithout: without.mysqlPercent,
          mysqlTimes: beside.mysqlPercent / without.mysqlPercent,
        },
      };
    });

/** The times to visible of carts that are added one after the other, and the percentage of a core that MySQL uses meanwhile. */
const sample = async (bench: Bench, apis: Apis) => {
  const cpu = await measureCpu(bench.servers.filter(({ name }) => name === "mysql"));
  const started = performance.now();
  const times = await timesToVisible(apis, bench.seconds);
  const seconds = (performance.now() - started) / 1000;
  return { p50: percentile(times, 50), p99: percentile(times, 99), mysqlPercent: (sum((await cpu()).values()) / seconds) * 100 };
};
