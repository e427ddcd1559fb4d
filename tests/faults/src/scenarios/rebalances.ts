import type { Scenario } from "./scenario.ts";

const changes = 12;

export const rebalances: Scenario = {
  name: "rebalances",
  mayShare: true,
  fault: "projectors added, and removed by SIGTERM or `kill -9`",
  run: async ({ system, random, report, pause, injected, recovered, violation }) => {
    await pause(2_000, 3_000);
    for (let n = 1; n <= changes; n += 1) {
      const projectors = system.projectors();
      if (projectors.length < 2 || (projectors.length < 4 && random.chance(0.5))) {
        const added = await system.addProjector();
        if (random.chance(0.5)) await added.ready();
      } else {
        // Mostly a graceful stop, because after a kill the group stands still until the session timeout.
        const removed = random.pick(projectors);
        // A process that has not started yet has nothing to hand over, and a signal just ends it.
        await removed.ready();
        if (random.chance(0.25)) await system.removeProjector(removed, "remove");
        else {
          const code = await system.removeProjector(removed, "terminate");
          if (code !== 0) violation("wrong", `${removed.name} was told to stop and ended with ${code}`);
        }
      }
      injected();
      await pause(200, 2_500);
      if (n % 4 === 0) report(`${n} of ${changes} changes`);
    }
    await recovered();
  },
};
