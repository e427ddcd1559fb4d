import { createLogger } from "@cart/process-kit";
import { waitFor } from "@cart/testkit";
import { expect } from "chai";
import { addItem, cartId, policy, useAbandonment } from "../testing/useAbandonment.ts";
import { startTimerWorker, type TimerWorker } from "./timerWorker.ts";

describe("the timer worker", () => {
  const abandonment = useAbandonment();
  const { act, choose, deliver, eventsOf, newWorker, now, passMinutes, timers } = abandonment;
  const logger = createLogger({ service: "cart-abandonment", level: "silent" });
  let running: TimerWorker[] = [];
  let moved = 0;

  const start = (workOff: () => Promise<number> = newWorker().workOff): TimerWorker => {
    const worker = startTimerWorker({
      pool: abandonment.pool(),
      workOff,
      now,
      limit: 100,
      pollMs: 10,
      onMoved: (count) => (moved += count),
      logger,
    });
    running.push(worker);
    return worker;
  };
  afterEach(async () => {
    await Promise.all(running.map((worker) => worker.stop()));
    running = [];
    moved = 0;
  });

  const isAbandoned = async (id: string): Promise<boolean> => (await eventsOf(id)).at(-1) === "CartAbandoned";

  it("works off timers that became due while no worker ran, and then those that become due", async () => {
    await deliver(await choose(policy({ abandonedMinutes: 60 })));
    await act(cartId(1), addItem());
    passMinutes(30);
    await act(cartId(2), addItem());
    passMinutes(30);
    start();
    await waitFor("the first cart to be abandoned", () => isAbandoned(cartId(1)));
    expect(await isAbandoned(cartId(2))).to.equal(false);
    passMinutes(30);
    await waitFor("the second cart to be abandoned", () => isAbandoned(cartId(2)));
  });

  it("moves timers when their policy changes", async () => {
    await deliver(await choose(policy({ abandonedMinutes: 60 })));
    await act(cartId(1), addItem());
    start();
    await deliver(await choose(policy({ abandonedMinutes: 90 })));
    await waitFor("the timer to move", async () => (await timers())[1] === "0 2026-06-10T13:30:00");
    await waitFor("the worker to say so", () => moved === 1);
  });

  it("continues after a failure", async () => {
    await deliver(await choose(policy()));
    await act(cartId(1), addItem());
    passMinutes(60);
    const { workOff } = newWorker();
    let failures = 0;
    start(async () => {
      if ((failures += 1) <= 2) throw new Error("the event store is away");
      return workOff();
    });
    await waitFor("the cart to be abandoned", () => isAbandoned(cartId(1)));
  });

  it("stops after the current batch is done and its timers are released", async () => {
    await deliver(await choose(policy({ reminders: [10] })));
    await act(cartId(1), addItem());
    passMinutes(60);
    const handler = abandonment.newHandler();
    let stopping: Promise<void> | undefined;
    const { workOff } = newWorker({
      handler: {
        ...handler,
        handle: async (request) => {
          stopping = worker.stop();
          return handler.handle(request);
        },
      },
    });
    const worker = start(workOff);
    await waitFor("the worker to be stopped", () => stopping !== undefined);
    await stopping;
    expect(await abandonment.query("SELECT step, claimed_until FROM timers")).to.deep.equal([{ step: 1, claimed_until: null }]);
  });
});
