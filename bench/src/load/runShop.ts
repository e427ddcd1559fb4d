import { askMain } from "../system/forkMain.ts";
import type { ShopPlan, ShopResult } from "./shopPlan.ts";

/** Plays customers over HTTP from a separate process. */
export const runShop = (plan: ShopPlan): Promise<ShopResult> => askMain<ShopResult>(new URL("shopMain.ts", import.meta.url), plan);
