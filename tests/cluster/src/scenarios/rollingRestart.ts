import { step } from "@cart/tools/own-servers";
import { waitUntilInSync } from "../cluster.ts";
import type { Scenario } from "./scenario.ts";

/** Stops every broker by SIGTERM and starts it again, one after the other, each when all copies are in sync. */
export const rollingRestart: Scenario = {
  name: "rolling-restart",
  inject: async ({ cluster, topic, report }) => {
    for (const node of cluster.nodes) {
      await step(report, `  broker ${node.id} restarted`, async () => {
        await node.stop();
        await node.start();
        await waitUntilInSync(cluster, topic);
      });
    }
    return cluster.nodes.length;
  },
};
