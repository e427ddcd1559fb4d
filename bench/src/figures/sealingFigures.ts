import { randomBytes, randomUUID } from "node:crypto";
import { cartAggregate } from "@cart/domain";
import { withKeys } from "@cart/event-store";
import { openKeys } from "@cart/personal-data";
import { runLoad } from "../load/runLoad.ts";
import type { Bench, Measurement } from "../measurement.ts";
import { byTurns, compare, type Round } from "../rounds.ts";
import { type FreshSystem, withFreshSystem } from "../system/freshSystem.ts";
import { measureCpu, type NamedProcess, sum } from "../system/processes.ts";
import { loadAppends, withHandler } from "./appendFigures.ts";

/** Until then Node has compiled both ways. After 3 s the encrypted one, which is longer, looked dearer than it is. */
const warmUpSeconds = 20;

const roundsOfEach = 6;

/** Shoppers who take turns: they come again within the time for which a process keeps their keys. */
const knownShoppers = 1_000;

const settingsOf = ({ keyStoreUrl }: FreshSystem) => ({
  KEYSTORE_URL: keyStoreUrl,
  PERSONAL_DATA_KEYS: `bench:${randomBytes(32).toString("base64")}`,
});

/** CPU microseconds of one command, by process, and commands per second. */
type Cost = { readonly program: number; readonly mysql: number; readonly rate: number };

/** Returns what a load costs in the program that appends and in MySQL. */
const costOf = async (
  bench: Bench,
  program: NamedProcess,
  load: () => Promise<{ readonly commands: number; readonly seconds: number }>,
): Promise<Cost> => {
  const cpu = await measureCpu([program, ...bench.servers.filter(({ name }) => name === "mysql")]);
  const { commands, seconds } = await load();
  const used = await cpu();
  const microsOf = (name: string): number => ((used.get(name) ?? Number.NaN) * 1e6) / commands;
  return { program: microsOf(program.name), mysql: microsOf("mysql"), rate: commands / seconds };
};

const measurementOf = (rounds: readonly Round<Cost>[]): Measurement => {
  const both = compare(rounds, ({ program, mysql }) => sum([program, mysql]));
  const [program, mysql, rate] = [
    compare(rounds, (cost) => cost.program),
    compare(rounds, (cost) => cost.mysql),
    compare(rounds, (cost) => cost.rate),
  ];
  return {
    value: both.times,
    details: {
      micros: both.subject,
      microsPlain: both.control,
      program: program.subject,
      programPlain: program.control,
      mysql: mysql.subject,
      mysqlPlain: mysql.control,
      rate: rate.subject,
      ratePlain: rate.control,
      rateTimes: rate.times,
    },
  };
};

/** How many times the CPU of a first add over HTTP costs with sealing, in command-api and MySQL. */
export const sealingOverHttp =
  (shoppers: "known" | "new") =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, async (system) => {
      const plain = await system.start("command-api");
      const sealing = await system.start("command-api", { ...settingsOf(system), SEAL_PERSONAL_DATA: "true" });
      const load = ({ url }: { readonly url: string }, seconds: number) =>
        runLoad({ url, connections: 32, seconds, shoppers: shoppers === "new" ? "new" : knownShoppers });
      for (const service of [plain, sealing]) await load(service, warmUpSeconds);
      const round = (service: typeof plain) => () =>
        costOf(bench, service, async () => {
          const { succeeded, failed, seconds } = await load(service, bench.seconds / roundsOfEach);
          if (failed > 0) throw new Error(`${failed} commands failed`);
          return { commands: succeeded, seconds };
        });
      return measurementOf(await byTurns(roundsOfEach, round(sealing), round(plain)));
    });

/** The same of the append in process, by 64 callers at once. */
export const sealingInProcess =
  (shoppers: "known" | "new") =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, async (system) => {
      const keys = openKeys(settingsOf(system));
      try {
        return await withHandler(system, {}, (plain) =>
          withHandler(system, { aggregate: withKeys(cartAggregate, keys.ring, true) }, async (sealing) => {
            let turn = 0;
            const shopperOf = (): string => (shoppers === "new" ? `user-${randomUUID()}` : `user-${turn++ % knownShoppers}`);
            const load = (handler: typeof plain, seconds: number) => loadAppends(handler, { callers: 64, seconds, shopperOf });
            for (const handler of [plain, sealing]) await load(handler, warmUpSeconds);
            const round = (handler: typeof plain) => () =>
              costOf(bench, { name: "bench", pid: process.pid }, async () => {
                const { times, seconds } = await load(handler, bench.seconds / roundsOfEach);
                return { commands: times.length, seconds };
              });
            return measurementOf(await byTurns(roundsOfEach, round(sealing), round(plain)));
          }),
        );
      } finally {
        await keys.close();
      }
    });
