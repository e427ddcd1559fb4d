import type { ChildProcess } from "node:child_process";
import type { Bench } from "../measurement.ts";
import { forkMain } from "../system/forkMain.ts";
import { withFreshSystem } from "../system/freshSystem.ts";
import type { Apis } from "../system/postThenGet.ts";
import type { BarePlan, BareReady } from "./bareWay.ts";

/**
 * Gives one command's path with nothing but mysql2, kafkajs and node:http to `work`: the least time that
 * this machine needs for a transaction, a message, another transaction and two requests,
 * in three processes. It has no outbox, no relay, and no guard for order or against
 * duplicates.
 */
export const withBareWay = <T>(bench: Bench, work: (apis: Apis) => Promise<T>): Promise<T> =>
  withFreshSystem(bench, async ({ eventStoreUrl, readModelUrl, topics }) => {
    const plan = { eventStoreUrl, readModelUrl, brokers: bench.brokers, topic: topics.cartEvents };
    const started: ChildProcess[] = [];
    const ended: Promise<void>[] = [];
    const start = (role: BarePlan["role"]): Promise<BareReady> =>
      new Promise((resolve, reject) => {
        const child = forkMain(new URL("bareWayMain.ts", import.meta.url));
        started.push(child);
        ended.push(new Promise((ends) => child.once("exit", () => ends())));
        child.once("message", (ready) => resolve(ready as BareReady));
        child.once("exit", (code) => reject(new Error(`the bare process for "${role}" exited with ${code}`)));
        child.send({ ...plan, role } satisfies BarePlan);
      });
    try {
      const [write, read] = await Promise.all([start("write"), start("read"), start("project")]);
      return await work({ commandApi: write.url ?? "", queryApi: read.url ?? "" });
    } finally {
      for (const child of started) if (child.connected) child.disconnect();
      await Promise.all(ended);
    }
  });
