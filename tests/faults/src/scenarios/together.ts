import { setTimeout as delay } from "node:timers/promises";
import { mysqlCommit } from "../proxy/requests.ts";
import type { Scenario } from "./scenario.ts";

/** Seconds. */
const durationSeconds = 45;

export const together: Scenario = {
  name: "together",
  fault: "all of the above together",
  env: { RELAY_LEASE_MS: "2000" },
  run: async ({ system, servers, random, report, pause, injected, recovered }) => {
    await pause(1_500, 2_500);
    const over = performance.now() + durationSeconds * 1_000;
    const repeatedly = async (own: typeof random, gap: readonly [number, number], fault: (own: typeof random) => Promise<unknown>) => {
      for (;;) {
        await delay(own.integer(...gap));
        if (performance.now() > over) return;
        await fault(own);
        injected();
      }
    };
    const { eventStore, readModel, kafka } = servers.proxies;
    await Promise.all([
      repeatedly(random.fork("kills"), [500, 2_500], (own) => own.pick(system.services()).kill()),
      repeatedly(random.fork("cuts"), [500, 3_000], async (own) => {
        if (own.chance(0.5)) await own.pick([eventStore, readModel]).cutAt(mysqlCommit, own.pick(["unsent", "unanswered"] as const), 2_000);
        else own.pick([eventStore, readModel, kafka]).cut();
      }),
      repeatedly(random.fork("pauses"), [2_000, 5_000], async (own) => {
        const victim = own.pick([...system.relays, ...system.projectors()]);
        victim.pause();
        await delay(own.integer(1_000, 4_000));
        victim.resume();
      }),
      repeatedly(random.fork("servers"), [6_000, 12_000], async (own) => {
        const name = own.pick(["mysql", "kafka"] as const);
        const how = own.pick(["stop", "kill"] as const);
        report(`${name}: ${how}`);
        await servers[name][how]();
        await delay(own.integer(500, 2_500));
        await servers[name].start();
      }),
    ]);
    await recovered();
  },
};
