import { type OpenKeys, startErasures } from "@cart/personal-data";
import type { Logger } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";
import type { Registry } from "prom-client";
import { clearPlaces } from "./clearPlaces.ts";
import { registerErasureGauge } from "./erasureMetrics.ts";
import { startRedoing } from "./redoErasures.ts";

export type CartErasuresOptions = {
  readonly keys: Pick<OpenKeys, "erasures">;
  readonly pool: Pool;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly onStop: (name: string, stop: () => Promise<void>) => void;
};

/** Destroys the keys of erased shoppers and clears the event store beside its events, if the configuration names keys. */
export const startCartErasures = ({ keys: { erasures }, pool, registry, logger, onStop }: CartErasuresOptions): void => {
  if (erasures === undefined) return;
  registerErasureGauge(registry, erasures.journal);
  const loop = startErasures({ ...erasures, places: clearPlaces(pool, erasures), logger });
  const redoing = startRedoing(pool, erasures, logger);
  onStop("erasures", async () => void (await Promise.all([loop.stop(), redoing.stop()])));
};
