import { expect } from "chai";
import { createLogger } from "../logs/createLogger.ts";
import { type Loop } from "./startLoop.ts";
import { startPurge } from "./startPurge.ts";

describe("startPurge", () => {
  it("deletes batch after batch while batches are full, and then waits for its interval", async () => {
    const answers = [1_000, 1_000, 999];
    const limits: number[] = [];
    let purge: Loop | undefined;
    try {
      await new Promise<void>((resolve) => {
        purge = startPurge({
          name: "the purge",
          deleteExpired: async (limit) => {
            limits.push(limit);
            if (limits.length === answers.length) setImmediate(resolve);
            return answers[limits.length - 1] ?? 0;
          },
          intervalMs: 3_600_000,
          logger: createLogger({ service: "kit", level: "silent" }),
        });
      });
      await new Promise((resolve) => void setTimeout(resolve, 60));
    } finally {
      await purge?.stop();
    }
    expect(limits).to.deep.equal([1_000, 1_000, 1_000]);
  });
});
