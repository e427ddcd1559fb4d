import { multiplyRows } from "@cart/event-store/testing";
import { measureAppends } from "./figures/appendFigures.ts";
import { projectorBacklog } from "./figures/projectorFigures.ts";
import { relayBacklog, relayBurst } from "./figures/relayFigures.ts";
import type { Bench, Measurement } from "./measurement.ts";
import { fillEvents } from "./system/fillTables.ts";
import { withFreshSystem } from "./system/freshSystem.ts";

export type Point = { readonly x: number; readonly measurement: Measurement };

/** How a figure changes while the data, the processes or the carts grow. */
export type Growth = {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** What grows. */
  readonly of: string;
  /** Yields the points one after another, the smallest first. */
  readonly measure: (bench: Bench) => AsyncIterable<Point>;
};

/** Measures each point in a fresh run. */
const over = (xs: readonly number[], figureAt: (x: number) => (bench: Bench) => Promise<Measurement>): Growth["measure"] =>
  async function* (bench) {
    for (const x of xs) yield { x, measurement: await figureAt(x)(bench) };
  };

const eventsEach = 4;

/** 64 callers append to new carts of a store that already has `events` events. */
const appendsOnto =
  (events: number) =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, async (system) => {
      await fillEvents(system.eventStore, Math.min(events, 100_000) / eventsEach, eventsEach);
      await multiplyRows(system.eventStore, "events", events, bench.report);
      return measureAppends(system, 64, bench.seconds);
    });

const linesEvents = 100_000;

export const growths: readonly Growth[] = [
  {
    name: "event-store",
    title: "appends in process, 64 at once",
    unit: "commands/s",
    of: "events stored before",
    measure: over([10_000, 1_000_000, 5_000_000], appendsOnto),
  },
  {
    name: "outbox",
    title: "relay",
    unit: "rows/s",
    of: "rows of backlog",
    measure: over([1_000, 1_000_000], (rows) => (rows < 10_000 ? relayBurst(rows) : relayBacklog(rows))),
  },
  {
    name: "relays",
    title: "relay, backlog of 200,000 rows",
    unit: "rows/s",
    of: "relays",
    measure: over([1, 2, 4], (relays) => relayBacklog(200_000, { relays })),
  },
  {
    name: "projectors",
    title: "projector, backlog of 200,000 events over 50,000 carts",
    unit: "events/s",
    of: "projectors",
    measure: over([1, 2, 4], (projectors) => projectorBacklog(50_000, 4, projectors)),
  },
  {
    name: "lines",
    title: `projector, backlog of ${linesEvents.toLocaleString("en")} events`,
    unit: "events/s",
    of: "lines in a cart",
    measure: over([10, 500], (lines) => projectorBacklog(Math.floor(linesEvents / (lines + 1)), lines + 1)),
  },
];
