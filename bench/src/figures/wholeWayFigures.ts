import { eventStoreTables } from "@cart/event-store/testing";
import { bytesToUuid, uuidToBytes } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import { type BareLoop, withBareLoop } from "../ceilings/mysqlCeiling.ts";
import type { LoadResult } from "../load/loadPlan.ts";
import { withLoad } from "../load/runLoad.ts";
import { runShop } from "../load/runShop.ts";
import type { Bench, Measurement } from "../measurement.ts";
import { byTurns, median, type Round } from "../rounds.ts";
import { startAll, urlOf } from "../system/allServices.ts";
import { type FreshSystem, withFreshSystem } from "../system/freshSystem.ts";
import { measureCpu, type NamedProcess, residentMegabytes, sum, writtenKilobytes } from "../system/processes.ts";
import { until } from "../system/until.ts";

/** The system and the bare loop are loaded by turns, because the speed of a shared machine changes within a minute. */
const rounds = 3;

/** Until then the processes have compiled what they run often. */
const warmUpSeconds = { load: 25, hour: 5 };

/** What a load on all services, MySQL and Kafka together gave. */
type Whole = {
  readonly load: LoadResult;
  /** Milliseconds from the end of the load until the read model had every stored event of it. */
  readonly visibleMs: number;
  /** CPU microseconds of each process for one command. The load generator is not among them. */
  readonly cpuMicros: ReadonlyMap<string, number>;
  /** What MySQL wrote to disk for one command: logs, pages, and the copies of pages in the doublewrite buffer. NaN if it runs elsewhere. */
  readonly mysqlKilobytes: number;
  /** The greatest resident set of a service, in megabytes. */
  readonly largestMegabytes: number;
};

/** `rate` is in transactions per second, `p99` in milliseconds; the costs are in CPU microseconds for one transaction. */
type Bare = { readonly rate: number; readonly p99: number; readonly client: number; readonly mysql: number };

/** What a round measured with 64 and with 32 connections. */
type Loads<T> = { readonly of64: T; readonly of32: T };

type WholeWayRounds = readonly Round<Loads<Whole>, Loads<Bare>>[];

const measured = new WeakMap<Bench, Promise<WholeWayRounds>>();

/** Several figures tell of the same rounds, so they run once. */
const roundsOf = (bench: Bench): Promise<WholeWayRounds> => {
  const known = measured.get(bench) ?? measureRounds(bench);
  measured.set(bench, known);
  return known;
};

const measureRounds = (bench: Bench): Promise<WholeWayRounds> =>
  withBareLoop(bench, 64, (loop) =>
    withFreshSystem(bench, (system) =>
      withLoad(async (load) => {
        const services = await startAll(system);
        const url = urlOf(services, "command-api");
        await load({ url, connections: 64, seconds: warmUpSeconds.load });
        await untilAllVisible(system);

        const seconds = bench.seconds / rounds;
        const bare = (connections: number): Promise<Bare> => runBare(bench, { loop, connections, seconds });
        const whole = (connections: number): Promise<Whole> =>
          runWhole(bench, system, { services, load: () => load({ url, connections, seconds }) });
        return byTurns(
          rounds,
          async () => ({ of64: await whole(64), of32: await whole(32) }),
          async () => ({ of64: await bare(64), of32: await bare(32) }),
        );
      }),
    ),
  );

const runBare = async (
  bench: Bench,
  { loop, connections, seconds }: { readonly loop: BareLoop; readonly connections: number; readonly seconds: number },
): Promise<Bare> => {
  const cpu = await measureCpu(bench.servers);
  const { commands, rate, clientMicros, p99 } = await loop.run(connections, seconds);
  return { rate, p99, client: clientMicros, mysql: (((await cpu()).get("mysql") ?? Number.NaN) * 1e6) / commands };
};

const runWhole = async (
  bench: Bench,
  system: FreshSystem,
  { services, load: runLoad }: { readonly services: readonly NamedProcess[]; readonly load: () => Promise<LoadResult> },
): Promise<Whole> => {
  const cpu = await measureCpu([...services, ...bench.servers]);
  const written = await writtenByMysql(bench);
  const load = await runLoad();
  await untilNewestVisible(system);
  const visibleMs = Date.now() - load.endedAt;
  const used = [...(await cpu())].map(([name, seconds]): [string, number] => [name, (seconds * 1e6) / load.succeeded]);
  const mysqlKilobytes = ((await writtenByMysql(bench)) - written) / load.succeeded;
  const megabytes = await Promise.all(services.map(({ pid }) => residentMegabytes(pid)));
  await untilAllVisible(system);
  return { load, visibleMs, cpuMicros: new Map(used), mysqlKilobytes, largestMegabytes: Math.max(...megabytes) };
};

const writtenByMysql = async ({ servers }: Bench): Promise<number> => {
  const mysql = servers.find(({ name }) => name === "mysql");
  return mysql === undefined ? Number.NaN : writtenKilobytes(mysql.pid);
};

const newestEvents = 500;

/**
 * The newest events are in every partition, and what is before them in a partition is visible before them. To count all rows would
 * be a good part of what a short load costs MySQL. The events of a command that is still decided when the load ends count too.
 */
const untilNewestVisible = async ({ eventStore, readModel }: FreshSystem): Promise<void> => {
  const { events } = eventStoreTables(eventStore);
  let newest = { last: 0, versions: new Map<string, number>() };
  await until(
    "the read model to have the newest events",
    120,
    async () => {
      const last = await events.last();
      if (last !== newest.last) {
        const rows = await events.rows({ id: Array.from({ length: newestEvents }, (_, n) => last - n) });
        newest = { last, versions: new Map(rows.map(({ aggregate_id, version }) => [String(aggregate_id), Number(version)])) };
      }
      const [carts] = await readModel.query<(RowDataPacket & { readonly id: Buffer; readonly version: number })[]>(
        "SELECT id, version FROM carts WHERE id IN (?)",
        [[...newest.versions.keys()].map(uuidToBytes)],
      );
      const visible = new Map(carts.map(({ id, version }) => [bytesToUuid(id), version]));
      return [...newest.versions].every(([id, version]) => (visible.get(id) ?? 0) >= version);
    },
    10,
  );
};

/** Counts all rows. */
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

/** The transactions per second of the bare loop with 32 connections, between the loads of the whole way. */
export const bareRate = async (bench: Bench): Promise<Measurement> => {
  const all = (await roundsOf(bench)).map(({ control }) => control.of32);
  return { value: median(all.map(({ rate }) => rate)), details: { p99: median(all.map(({ p99 }) => p99)) } };
};

/** The CPU microseconds that one transaction of the same loop costs with 64 connections, the client and MySQL together. */
export const bareCpu = async (bench: Bench): Promise<Measurement> => {
  const all = (await roundsOf(bench)).map(({ control }) => control.of64);
  const [client, mysql] = [median(all.map((one) => one.client)), median(all.map((one) => one.mysql))];
  return {
    value: median(all.map((one) => one.client + one.mysql)),
    details: { client, mysql, commandsPerSecond: median(all.map(({ rate }) => rate)) },
  };
};

/** The rate of first adds while every service runs. */
export const wholeWay =
  (connections: 32 | 64) =>
  async (bench: Bench): Promise<Measurement> => {
    const all = (await roundsOf(bench)).map(({ subject }) => subject[`of${connections}`]);
    const medianOf = (of: (whole: Whole) => number): number => median(all.map(of));
    return {
      value: medianOf(({ load }) => load.succeeded / load.seconds),
      details: {
        p50: medianOf(({ load }) => load.p50),
        p99: medianOf(({ load }) => load.p99),
        failed: sum(all.map(({ load }) => load.failed)),
        visibleMs: Math.max(...all.map(({ visibleMs }) => visibleMs)),
        largestMegabytes: Math.max(...all.map(({ largestMegabytes }) => largestMegabytes)),
      },
    };
  };

/** The CPU microseconds of a first add in every process that takes part; the details say where they go, and what MySQL wrote to disk. */
export const wholeWayCpu = async (bench: Bench): Promise<Measurement> => {
  const all = (await roundsOf(bench)).map(({ subject }) => subject.of64);
  const names = [...(all[0]?.cpuMicros.keys() ?? [])];
  return {
    value: median(all.map(({ cpuMicros }) => sum(cpuMicros.values()))),
    details: {
      ...Object.fromEntries(names.map((name) => [name, median(all.map(({ cpuMicros }) => cpuMicros.get(name) ?? Number.NaN))])),
      mysqlKilobytes: median(all.map(({ mysqlKilobytes }) => mysqlKilobytes)),
    },
  };
};

/** The value is the p99 of every request of a shop's hour that is played in `seconds`. */
export const shopHour =
  (seconds: number) =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, async (system) => {
      const services = await startAll(system);
      const plan = { commandApi: urlOf(services, "command-api"), queryApi: urlOf(services, "query-api"), visitsPerSecond: 6 };
      await runShop({ ...plan, seconds: warmUpSeconds.hour });
      const cpu = await measureCpu([...services, ...bench.servers]);
      const { reads, writes, failed, ...times } = await runShop({ ...plan, seconds });
      const micros = (sum((await cpu()).values()) * 1e6) / (reads + writes);
      return { value: times.p99, details: { ...times, reads, writes, failed, cpuMicrosPerRequest: micros } };
    });
