import { setTimeout as delay } from "node:timers/promises";
import { eventStoreTables } from "@cart/event-store/testing";
import type { RowDataPacket } from "mysql2/promise";
import { runLoad } from "../load/runLoad.ts";
import { type Bench, type Measurement, percentile } from "../measurement.ts";
import { apisOf, startAll, urlOf } from "../system/allServices.ts";
import { withFreshSystem } from "../system/freshSystem.ts";
import { measureCpu, sum } from "../system/processes.ts";
import { timesToVisible } from "../system/visibility.ts";

/** The value is the p99 at half of the rate that the whole system has just reached. */
export const visibleAtHalfLoad = (bench: Bench): Promise<Measurement> =>
  withFreshSystem(bench, async (system) => {
    const services = await startAll(system);
    const url = urlOf(services, "command-api");
    const top = await runLoad({ url, connections: 32, seconds: 5 });
    const rate = Math.round(top.succeeded / top.seconds / 2);
    bench.report(`  half of the top load is ${rate}/s`);
    const drained = async (): Promise<boolean> => !(await eventStoreTables(system.eventStore).outbox.has({ status: "PENDING" }));
    while (!(await drained())) await delay(100);
    await delay(1_000);
    const load = runLoad({ url, connections: 16, seconds: bench.seconds + 4, rate });
    await delay(2_000);
    const times = await timesToVisible(apisOf(services), bench.seconds);
    await load;
    return { value: percentile(times, 99), details: { p50: percentile(times, 50), rate } };
  });

/** The value is the percentage of one core that all services use together while the system is idle. */
export const idleCost =
  (seconds: number) =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, async (system) => {
      const services = await startAll(system);
      const queries = async (): Promise<number> => {
        const [[row]] = await system.eventStore.query<(RowDataPacket & { Value: string })[]>("SHOW GLOBAL STATUS LIKE 'Questions'");
        return Number(row?.Value ?? 0);
      };
      await delay(5_000);
      const [cpu, queriesBefore, started] = [await measureCpu(services), await queries(), performance.now()];
      await delay(seconds * 1000);
      const elapsed = (performance.now() - started) / 1000;
      const shares = [...(await cpu())].map(([name, used]): [string, number] => [name, (used / elapsed) * 100]);
      return {
        value: sum(shares.map(([, share]) => share)),
        details: { mysqlQueriesPerSecond: ((await queries()) - queriesBefore) / elapsed, ...Object.fromEntries(shares) },
      };
    });
