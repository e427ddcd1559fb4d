import { eventStoreTables } from "@cart/event-store/testing";
import type { RowDataPacket } from "mysql2/promise";
import type { LoadResult } from "../load/loadPlan.ts";
import { runLoad } from "../load/runLoad.ts";
import { runShop } from "../load/runShop.ts";
import type { Bench, Measurement } from "../measurement.ts";
import { startAll, urlOf } from "../system/allServices.ts";
import { type FreshSystem, withFreshSystem } from "../system/freshSystem.ts";
import { measureCpu, residentMegabytes, sum } from "../system/processes.ts";
import { until } from "../system/until.ts";

/**
 * Until then Node and Kafka's Java have compiled what they run often. After 20 s of load Kafka still took 250 µs of CPU for a first
 * add, after 60 s it took 60 to 100.
 */
const warmUpSeconds = 60;

/** What a load on all services, MySQL and Kafka together gave. */
type WholeWay = {
  readonly load: LoadResult;
  /** Milliseconds from the end of the load until the read model had every stored event. */
  readonly visibleMs: number;
  /** CPU microseconds of each process for one command, until its cart was visible. The load generator is not among them. */
  readonly cpuMicros: ReadonlyMap<string, number>;
  /** The greatest resident set of a service, in megabytes. */
  readonly largestMegabytes: number;
};

const loaded = new WeakMap<Bench, Map<number, Promise<WholeWay>>>();

/** Two figures tell of the load of 64 connections, so each load runs once. */
const wholeWayOf = (bench: Bench, connections: number): Promise<WholeWay> => {
  const loads = loaded.get(bench) ?? new Map<number, Promise<WholeWay>>();
  loaded.set(bench, loads);
  const load = loads.get(connections) ?? loadWholeWay(bench, connections);
  loads.set(connections, load);
  return load;
};

const loadWholeWay = (bench: Bench, connections: number): Promise<WholeWay> =>
  withFreshSystem(bench, async (system) => {
    const services = await startAll(system);
    const plan = { url: urlOf(services, "command-api"), connections };
    await runLoad({ ...plan, seconds: warmUpSeconds });
    await untilAllVisible(system);
    const cpu = await measureCpu([...services, ...bench.servers]);
    const load = await runLoad({ ...plan, seconds: bench.seconds });
    await untilAllVisible(system);
    const visibleMs = Date.now() - load.endedAt;
    const used = [...(await cpu())].map(([name, seconds]): [string, number] => [name, (seconds * 1e6) / load.succeeded]);
    const megabytes = await Promise.all(services.map(({ pid }) => residentMegabytes(pid)));
    return { load, visibleMs, cpuMicros: new Map(used), largestMegabytes: Math.max(...megabytes) };
  });

/** The events of a command that is still decided when the load ends count too. */
const untilAllVisible = ({ eventStore, readModel }: FreshSystem): Promise<void> =>
  until(
    "the read model to have every stored event",
    120,
    async () => {
      const stored = await eventStoreTables(eventStore).events.count();
      const [[row]] = await readModel.query<(RowDataPacket & { events: string | null })[]>("SELECT SUM(version) AS events FROM carts");
      return Number(row?.events ?? 0) === stored;
    },
    10,
  );

/** The rate of first adds while every service runs. */
export const wholeWay =
  (connections: number) =>
  async (bench: Bench): Promise<Measurement> => {
    const { load, visibleMs, largestMegabytes } = await wholeWayOf(bench, connections);
    const { succeeded, seconds, p50, p99, failed } = load;
    return { value: succeeded / seconds, details: { p50, p99, failed, visibleMs, largestMegabytes } };
  };

/** The CPU microseconds of a first add in every process that takes part; the details say where they go. */
export const wholeWayCpu =
  (connections: number) =>
  async (bench: Bench): Promise<Measurement> => {
    const { load, cpuMicros } = await wholeWayOf(bench, connections);
    return {
      value: sum(cpuMicros.values()),
      details: { ...Object.fromEntries(cpuMicros), commandsPerSecond: load.succeeded / load.seconds },
    };
  };

/** The value is the p99 of every request of a shop's hour that is played in `seconds`. */
export const shopHour =
  (seconds: number) =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, async (system) => {
      const services = await startAll(system);
      const plan = { commandApi: urlOf(services, "command-api"), queryApi: urlOf(services, "query-api"), visitsPerSecond: 6 };
      await runShop({ ...plan, seconds: warmUpSeconds });
      const cpu = await measureCpu([...services, ...bench.servers]);
      const { reads, writes, failed, ...times } = await runShop({ ...plan, seconds });
      const micros = (sum((await cpu()).values()) * 1e6) / (reads + writes);
      return { value: times.p99, details: { ...times, reads, writes, failed, cpuMicrosPerRequest: micros } };
    });
