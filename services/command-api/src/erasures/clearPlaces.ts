import { cartAggregateType } from "@cart/domain";
import { clearStreams, plainEventCheck, recordDestroyed } from "@cart/event-store";
import { type ClearPlace, type ErasurePlace, type OpenErasures } from "@cart/personal-data";
import type { Pool } from "mysql2/promise";

/** What waits for the events of earlier releases to be sealed. */
const sealStored = "command-api seal-stored";

/** What command-api clears: it destroys the keys, and then what the event store has beside its sealed events. */
export const clearPlaces = (pool: Pool, { journal, destroyKeys }: OpenErasures): Readonly<Partial<Record<ErasurePlace, ClearPlace>>> => {
  const hasPlainEvent = plainEventCheck(pool, cartAggregateType);
  // A key store that is restored from a backup of before has the keys again: see `redoErasures`.
  const record = (keyIds: readonly string[]): Promise<number> => recordDestroyed(pool, keyIds);
  return {
    keys: async ({ shopper }) => {
      await destroyKeys(shopper, record);
      return undefined;
    },
    event_store: async ({ erasureId, tenantId, shopper }, _pass, stopping) => {
      const streams = new Set([...(await journal.streams(erasureId)), ...(await journal.claimedStreams(shopper))]);
      const { plainOutbox } = await clearStreams(pool, cartAggregateType, [...streams]);
      // Whose a plain event is, only its text says, so an erasure cannot tell that none of its tenant's is the person's.
      if (plainOutbox > 0 || (await hasPlainEvent(tenantId, stopping))) return sealStored;
      return undefined;
    },
  };
};
