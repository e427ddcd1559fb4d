import { withForkedMain } from "../system/forkMain.ts";
import type { LoadPlan, LoadResult } from "./loadPlan.ts";

/** Loads a service over HTTP. */
export type Load = (plan: LoadPlan) => Promise<LoadResult>;

/** Gives a separate process that loads services to `work`. It stays warm from one load to the next. */
export const withLoad = <T>(work: (load: Load) => Promise<T>): Promise<T> =>
  withForkedMain(new URL("loadMain.ts", import.meta.url), (ask) => work((plan) => ask<LoadResult>(plan)));

/** Loads a service over HTTP from a separate process. */
export const runLoad: Load = (plan) => withLoad((load) => load(plan));
