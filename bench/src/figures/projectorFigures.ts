import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createEventProducer } from "@cart/messaging";
import { repositoryRoot } from "@cart/tools/own-servers";
import type { RowDataPacket } from "mysql2/promise";
import type { Bench, Measurement } from "../measurement.ts";
import { cartMessages, inBatches } from "../system/cartMessages.ts";
import { fillEvents } from "../system/fillTables.ts";
import { withFreshSystem } from "../system/freshSystem.ts";
import { until } from "../system/until.ts";

/** Measures from the first projected cart to the last. */
export const projectorBacklog =
  (carts: number, eventsEach: number, projectors = 1) =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, async ({ kafka, topics, readModel, start }) => {
      const producer = createEventProducer(kafka);
      for (const messages of inBatches(cartMessages(carts, eventsEach), 1_000)) {
        await producer.send([{ topic: topics.cartEvents, messages }]);
      }
      await producer.disconnect();
      bench.report(`  ${carts * eventsEach} events are in Kafka`);
      const projected = async (): Promise<number> => {
        const [[row]] = await readModel.query<(RowDataPacket & { events: string | null })[]>("SELECT SUM(version) AS events FROM carts");
        return Number(row?.events ?? 0);
      };
      await Promise.all([
        until("the first event", 60, async () => (await projected()) > 0, 5),
        ...Array.from({ length: projectors }, () => start("projector")),
      ]);
      const [before, started] = [await projected(), performance.now()];
      await until("the projector to catch up", 300, async () => (await projected()) >= carts * eventsEach, 500);
      const seconds = (performance.now() - started) / 1000;
      return { value: (carts * eventsEach - before) / seconds, details: { events: carts * eventsEach } };
    });

/** Measures the whole command: reading, folding, verifying and swapping. */
export const rebuild =
  (carts: number, eventsEach: number) =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, async ({ eventStore, eventStoreUrl, readModelUrl }) => {
      await fillEvents(eventStore, carts, eventsEach);
      bench.report(`  ${carts * eventsEach} events are stored`);
      const env = { ...process.env, EVENTSTORE_URL: eventStoreUrl, READMODEL_URL: readModelUrl };
      const started = performance.now();
      await promisify(execFile)(process.execPath, ["dist/cli.js", "rebuild"], { cwd: join(repositoryRoot, "services/projector"), env });
      return { value: (carts * eventsEach) / ((performance.now() - started) / 1000) };
    });
