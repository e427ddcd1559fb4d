import { runServiceCommand, startServiceCommand } from "@cart/tests-harness";
import { setTimeout as delay } from "node:timers/promises";
import type { Scenario } from "./scenario.ts";

const kills = 6;

/** The rebuild is killed several times and in between completes. Once a projector is killed during a rebuild. Readers read throughout. */
export const rebuild: Scenario = {
  name: "rebuild",
  mayShare: true,
  fault: "`projector rebuild` under load, interrupted by `kill -9`",
  run: async ({ system, random, report, pause, injected, recovered, violation }) => {
    await pause(4_000, 5_000);
    let cut = 0;
    for (let n = 1; n <= kills; n += 1) {
      const rebuilding = startServiceCommand(system, "projector", ["rebuild"]);
      // Before its first report or at any moment after it, because a rebuild is short.
      if (random.chance(0.3)) await delay(random.integer(500, 1_000));
      else {
        await rebuilding.atWork;
        await delay(random.integer(0, 60));
      }
      rebuilding.kill();
      if ((await rebuilding.ended).code === null) cut += 1;
      injected();
      if (n === 3) {
        await random.pick(system.projectors()).kill();
        injected();
      }
      if (n % 2 === 0) await runServiceCommand(system, "projector", ["rebuild"]);
    }
    report(`${kills} rebuilds started and killed, ${cut} before their end`);
    await recovered();
    const { code, output } = await startServiceCommand(system, "projector", ["verify"]).ended;
    if (code !== 0) violation("wrong", `projector verify says: ${output.trim().slice(-300)}`);
  },
};
