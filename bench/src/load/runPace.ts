import { askMain } from "../system/forkMain.ts";
import type { PacePlan, PaceResult } from "./pacePlan.ts";

/** Sends commands at a fixed rate from a separate process. */
export const runPace = (plan: PacePlan): Promise<PaceResult> => askMain<PaceResult>(new URL("paceMain.ts", import.meta.url), plan);
