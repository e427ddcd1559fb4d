import { openMysqlPool } from "@cart/mysql";
import { type OpenKeys, startErasures } from "@cart/personal-data";
import type { Logger } from "@cart/process-kit";
import { eraseShopper, projectionsWith } from "@cart/read-model";
import type { Pool } from "mysql2/promise";

export type ReadModelErasuresOptions = {
  /** URL of the event store. */
  readonly url: string | undefined;
  readonly keys: Pick<OpenKeys, "erasures">;
  readonly readModel: Pool;
  readonly logger: Logger;
  readonly onStop: (name: string, stop: () => Promise<void>) => void;
};

/** Overwrites erased shoppers in the read model, with events that are read from the event store. */
export const startReadModelErasures = ({ url, keys: { erasures }, readModel, logger, onStop }: ReadModelErasuresOptions): void => {
  if (erasures === undefined) return;
  if (url === undefined) {
    logger.warn("EVENTSTORE_URL is not set: this projector takes no part in the erasure of shoppers");
    return;
  }
  const { journal, newRing, cacheMs } = erasures;
  const eventStore = openMysqlPool({ url, connectionLimit: 1 });
  onStop("event store connections", () => eventStore.end());
  const loop = startErasures({
    journal,
    cacheMs,
    logger,
    places: {
      read_model: async ({ erasureId, shopper, tenantId, userId }, pass, signal) =>
        eraseShopper({
          eventStore,
          readModel,
          projections: projectionsWith(newRing()),
          tenantId,
          userId,
          keyIds: await journal.destroyedKeys(shopper),
          carts: [...(await journal.streams(erasureId)), ...(await journal.claimedStreams(shopper))],
          found: (carts) => journal.addStreams(erasureId, carts),
          isLast: pass === "second",
          signal,
        }),
    },
  });
  onStop("erasures", () => loop.stop());
};
