import { type OpenKeys, startErasures } from "@cart/personal-data";
import type { Logger } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";
import { eraseShopper } from "./eraseShopper.ts";

export type ShopperErasuresOptions = {
  readonly keys: Pick<OpenKeys, "erasures">;
  readonly pool: Pool;
  readonly logger: Logger;
  readonly onStop: (name: string, stop: () => Promise<void>) => void;
};

/** Clears erased shoppers in the tables of timers, if the configuration names keys. */
export const startShopperErasures = ({ keys: { erasures }, pool, logger, onStop }: ShopperErasuresOptions): void => {
  if (erasures === undefined) return;
  const timers = async ({ tenantId, userId }: { readonly tenantId: string; readonly userId: string }): Promise<undefined> => {
    await eraseShopper(pool, { tenantId, userId });
    return undefined;
  };
  const loop = startErasures({ ...erasures, places: { timers }, logger });
  onStop("erasures", () => loop.stop());
};
