import { readFile } from "node:fs/promises";
import type { RowDataPacket } from "mysql2/promise";
import { runLoad } from "../load/runLoad.ts";
import type { Bench, Measurement } from "../measurement.ts";
import { withFreshSystem } from "../system/freshSystem.ts";

/** Megabytes of memory that a process holds. Linux. */
const rss = async (pid: number): Promise<number> => {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
};

const sampleEvery = 10;

/**
 * The value is how much the services grew together, in percent, from the end of the
 * first quarter of the events to the end, by the median of each one's samples there.
 */
export const memory =
  (events: number) =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, async ({ start, eventStore }) => {
      const services = await Promise.all(["command-api", "query-api", "outbox-relay", "projector"].map((name) => start(name)));
      const url = services[0]?.url ?? "";
      const samples: number[][] = [];
      let stored = 0;
      while (stored < events) {
        await runLoad({ url, connections: 16, seconds: sampleEvery });
        const [[row]] = await eventStore.query<(RowDataPacket & { last: number | null })[]>("SELECT MAX(id) AS last FROM events");
        stored = row?.last ?? 0;
        const sample = await Promise.all(services.map(({ pid }) => rss(pid)));
        samples.push(sample);
        bench.report(`  ${stored} events: ${services.map(({ name }, index) => `${name} ${sample[index]?.toFixed(0)} MB`).join(", ")}`);
      }
      const quarter = Math.max(1, Math.floor(samples.length / 4));
      const medians = (part: readonly number[][]): number[] =>
        services.map((_, index) => part.map((sample) => sample[index] ?? 0).toSorted((a, b) => a - b)[Math.floor(part.length / 2)] ?? 0);
      const [early, late] = [medians(samples.slice(quarter, 2 * quarter + 1)), medians(samples.slice(-quarter))];
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
      return {
        value: (sum(late) / sum(early) - 1) * 100,
        details: Object.fromEntries(services.flatMap(({ name }, index) => [[`${name} MB`, late[index] ?? 0]])),
      };
    });
