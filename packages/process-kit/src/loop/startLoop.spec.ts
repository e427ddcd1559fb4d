import { expect } from "chai";
import { Type } from "typebox";
import { Parse } from "typebox/value";
import { createLogger } from "../logs/createLogger.ts";
import { type LoopOptions, startLoop } from "./startLoop.ts";

const lineSchema = Type.Object({
  level: Type.Number(),
  msg: Type.String(),
  failures: Type.Number(),
  retry_in_ms: Type.Optional(Type.Number()),
});

describe("startLoop", () => {
  /** A loop whose passes are scripted: resolves when the script is over, with what was logged. */
  const run = async (passes: readonly (() => number | Promise<number>)[], options: Partial<LoopOptions> = {}) => {
    const lines: { level: number; msg: string; failures: number; retry_in_ms?: number }[] = [];
    const logger = createLogger({
      service: "kit",
      level: "info",
      destination: { write: (line) => lines.push(Parse(lineSchema, JSON.parse(line))) },
    });
    const left = [...passes];
    await new Promise<void>((resolve) => {
      const loop = startLoop({
        name: "the worker",
        work: async () => {
          const pass = left.shift();
          if (pass !== undefined) return pass();
          void loop.stop().then(resolve);
          return 0;
        },
        backoff: { baseMs: 1, maxMs: 2, random: () => 0.999 },
        logger,
        ...options,
      });
    });
    return lines.map(({ level, msg, failures, retry_in_ms: delay }) => [level, msg, failures, ...(delay === undefined ? [] : [delay])]);
  };
  const fail = (): never => {
    throw new Error("away");
  };

  it("runs pass after pass and logs nothing while every pass succeeds", async () => {
    expect(await run([() => 0, () => 1, () => 0])).to.deep.equal([]);
  });

  it("logs each failure with the bounded wait that follows, and logs the recovery once", async () => {
    const failures: unknown[] = [];
    const onFailure = (error: unknown): void => void failures.push(String(error));
    expect(await run([fail, fail, fail, () => 0, () => 0, () => Promise.reject(new Error("gone"))], { onFailure })).to.deep.equal([
      [40, "the worker failed and tries again", 1, 1],
      [40, "the worker failed and tries again", 2, 2],
      [40, "the worker failed and tries again", 3, 2],
      [30, "the worker works again", 3],
      [40, "the worker failed and tries again", 1, 1],
      [30, "the worker works again", 1],
    ]);
    expect(failures).to.deep.equal(["Error: away", "Error: away", "Error: away", "Error: gone"]);
  });

  const silent = createLogger({ service: "kit", level: "silent" });

  for (const [title, wait] of [
    ["after a pass", () => 3_600_000],
    ["after a failure", fail],
  ] as const) {
    it(`stops at once while it waits ${title}`, async () => {
      await new Promise<void>((resolve) => {
        const loop = startLoop({
          name: "the worker",
          work: async () => {
            setImmediate(() => void loop.stop().then(resolve));
            return wait();
          },
          backoff: { baseMs: 3_600_000, maxMs: 3_600_000, random: () => 0.999 },
          logger: silent,
        });
      });
    });
  }

  it("finishes the current pass when it is stopped, and aborts the pass's signal", async () => {
    let finish: () => void = () => undefined;
    let signal: AbortSignal | undefined;
    let passes = 0;
    const loop = startLoop({
      name: "the worker",
      work: (stopping) => {
        passes += 1;
        signal = stopping;
        return new Promise((resolve) => void (finish = () => resolve(0)));
      },
      backoff: { baseMs: 1, maxMs: 1 },
      logger: silent,
    });
    let isStopped = false;
    const stopped = loop.stop().then(() => void (isStopped = true));
    await new Promise((resolve) => void setImmediate(resolve));
    expect([isStopped, signal?.aborted, passes]).to.deep.equal([false, true, 1]);
    finish();
    await stopped;
    await loop.stop();
    expect(passes).to.equal(1);
  });

  it("lets timers run between passes that neither wait nor do any I/O", async () => {
    const loop = startLoop({ name: "the worker", work: async () => 0, backoff: { baseMs: 1, maxMs: 1 }, logger: silent });
    await new Promise((resolve) => void setTimeout(resolve, 1));
    await loop.stop();
  });
});
