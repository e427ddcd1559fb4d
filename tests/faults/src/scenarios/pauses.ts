import { sessionTimeoutMs } from "../system/servers.ts";
import type { Scenario } from "./scenario.ts";

const leaseMs = 2_000;
const pauses = 6;

/** The relay wakes up and believes that it still holds its shards, although another relay has published them in the meantime. The lease is short so that this happens often. */
export const pausedRelay: Scenario = {
  name: "paused-relay",
  mayShare: true,
  fault: `relay paused past the end of its lease (${leaseMs / 1000} s), then resumed`,
  env: { RELAY_LEASE_MS: String(leaseMs) },
  run: async ({ system, random, report, pause, injected, recovered }) => {
    await pause(2_000, 3_000);
    for (let n = 1; n <= pauses; n += 1) {
      const relay = random.pick(system.relays);
      relay.pause();
      await pause(leaseMs + 200, leaseMs + 1_500);
      relay.resume();
      injected();
      await pause(300, 1_200);
      if (n % 3 === 0) report(`${n} of ${pauses} pauses`);
    }
    await recovered();
  },
};

/** The group assigns the paused projector's partitions to the other one. The paused projector wakes up with an unfinished batch. */
export const pausedProjector: Scenario = {
  name: "paused-projector",
  mayShare: true,
  fault: `projector paused past its session timeout (${sessionTimeoutMs / 1_000} s), then resumed`,
  run: async ({ system, random, report, pause, injected, recovered }) => {
    await pause(2_000, 3_000);
    for (let n = 1; n <= 2; n += 1) {
      const projector = random.pick(system.projectors());
      projector.pause();
      await pause(sessionTimeoutMs + 1_000, sessionTimeoutMs + 2_500);
      projector.resume();
      injected();
      await recovered();
      report(`${n} of 2 pauses`);
    }
  },
};
