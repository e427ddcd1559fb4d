import { forkMain } from "../system/forkMain.ts";
import type { LoadPlan, LoadResult } from "./loadPlan.ts";

/** Loads a service over HTTP from a separate process. */
export const runLoad = (plan: LoadPlan): Promise<LoadResult> =>
  new Promise((resolve, reject) => {
    const child = forkMain(new URL("loadMain.ts", import.meta.url));
    child.once("message", (result) => resolve(result as LoadResult));
    child.once("exit", (code) => reject(new Error(`the load generator exited with ${code} without a result`)));
    child.send(plan);
  });
