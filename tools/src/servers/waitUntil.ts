import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../userError.ts";

/** Polls until the probe resolves. After `seconds`, or once aborted, throws an error that names `what` and the probe's last error. */
export const waitUntil = async (what: string, seconds: number, probe: () => Promise<void>, signal?: AbortSignal): Promise<void> => {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    if (signal?.aborted === true) throw new UserError(`stopped while waiting for ${what}`);
    try {
      await probe();
      return;
    } catch (error) {
      if (error instanceof UserError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      if (performance.now() > deadline) throw new UserError(`waited ${seconds} s for ${what}: ${reason}`);
    }
    await delay(50);
  }
};
