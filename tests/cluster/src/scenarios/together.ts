import { setTimeout as delay } from "node:timers/promises";
import { waitUntilInSync } from "../cluster.ts";
import type { Scenario } from "./scenario.ts";

const durationSeconds = 40;

/** Services, one broker at a time and one member at a time, so that both clusters keep a majority. */
export const together: Scenario = {
  name: "together",
  fault: "services killed while brokers are killed and stopped, and the primary is killed and switched",
  run: async ({ cluster: { kafka, group }, system, random, report, pause, injected, recovered }) => {
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
    await Promise.all([
      repeatedly(random.fork("services"), [500, 2_500], (own) => own.pick(system.services()).kill()),
      repeatedly(random.fork("brokers"), [2_000, 6_000], async (own) => {
        const [node, how] = [own.pick(kafka.nodes), own.pick(["stop", "kill"] as const)];
        report(`broker ${node.id}: ${how}`);
        await node[how]();
        await delay(own.integer(0, 3_000));
        await node.start();
        await waitUntilInSync(kafka, [system.topic]);
      }),
      repeatedly(random.fork("members"), [2_000, 6_000], async (own) => {
        const primary = await group.primary();
        if (own.chance(0.5)) {
          const next = own.pick(group.members.filter((member) => member !== primary));
          report(`member ${next.id} becomes the primary`);
          await group.makePrimary(next);
          return;
        }
        const [member, how] = [own.pick(group.members), own.pick(["stop", "kill"] as const)];
        report(`member ${member.id}: ${how}`);
        await member[how]();
        await delay(own.integer(0, 3_000));
        await member.start();
        await group.joined(member);
      }),
    ]);
    await recovered();
    await group.alike();
  },
};
