import { askMain } from "../system/forkMain.ts";
import type { LoadPlan, LoadResult } from "./loadPlan.ts";

/** Loads a service over HTTP from a separate process. */
export const runLoad = (plan: LoadPlan): Promise<LoadResult> => askMain<LoadResult>(new URL("loadMain.ts", import.meta.url), plan);
