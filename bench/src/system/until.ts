import { setTimeout as delay } from "node:timers/promises";

/** Polls until the condition holds. After `seconds` it throws an error that names the condition. */
export const until = async (what: string, seconds: number, condition: () => Promise<boolean> | boolean, everyMs = 20): Promise<void> => {
  const deadline = performance.now() + seconds * 1000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
    await delay(everyMs);
  }
};
