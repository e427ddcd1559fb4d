import { createLogger } from "@cart/process-kit";
import { expect } from "chai";
import { createEventProducer } from "./eventProducer.ts";
import { createKafka } from "./kafkaClient.ts";
import { startScriptedCluster } from "./testing/scriptedCluster.ts";

/** Records the delays of the timers that are started until the returned function is called. */
const recordTimers = () => {
  const original = { setTimeout: globalThis.setTimeout, setInterval: globalThis.setInterval };
  const delaysMs: number[] = [];
  const recorded = <Start extends typeof setTimeout | typeof setInterval>(start: Start): Start =>
    new Proxy(start, {
      apply: (target, self, args: Parameters<Start>) => {
        delaysMs.push(args[1] ?? 0);
        return Reflect.apply(target, self, args) as unknown;
      },
    });
  globalThis.setTimeout = recorded(original.setTimeout);
  globalThis.setInterval = recorded(original.setInterval);
  return {
    delaysMs,
    /** Waits without a timer that would be recorded. */
    pause: (ms: number): Promise<void> => new Promise((resolve) => void original.setTimeout(resolve, ms)),
    restore: () => Object.assign(globalThis, original),
  };
};

// Each wake-up of an idle client costs CPU, and there are several connections in each process.
describe("an idle Kafka client", () => {
  it("starts no timer between requests, and checks its connections once a second", async () => {
    const cluster = await startScriptedCluster({ topic: "events", brokers: 1, leaders: [0] }, {});
    const timers = recordTimers();
    const producer = createEventProducer(
      createKafka({ brokers: cluster.addresses, clientId: "test", logger: createLogger({ service: "test", level: "silent" }) }),
    );
    try {
      await producer.send([{ topic: "events", messages: [{ key: "a", value: "1", headers: {} }] }]);
      expect(timers.delaysMs.filter((ms) => ms === 100)).to.deep.equal([]);
      // The last request's own timer may still be under way.
      await timers.pause(50);
      const started = timers.delaysMs.length;
      await timers.pause(100);
      expect(timers.delaysMs.slice(started)).to.deep.equal([]);
    } finally {
      timers.restore();
      await producer.disconnect();
      await cluster.close();
    }
  });
});
