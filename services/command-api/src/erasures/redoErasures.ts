import { readDestroyed, recordDestroyed } from "@cart/event-store";
import { readRowsFrom } from "@cart/mysql";
import type { OpenErasures } from "@cart/personal-data";
import { type Logger, type Loop, startLoop } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";

/**
 * Destroys the keys again of which the event store knows that an erasure has destroyed them, and the key store does not: it was restored
 * from a backup of before. Resolves to their number.
 */
const destroyForgotten = async (pool: Pool, { destroyAgain }: Pick<OpenErasures, "destroyAgain">, signal: AbortSignal): Promise<number> => {
  let again = 0;
  for await (const keyIds of readDestroyed(readRowsFrom(pool))) {
    signal.throwIfAborted();
    again += await destroyAgain(keyIds);
  }
  return again;
};

export type RedoneErasures = {
  /** Keys that the key store had again, or did not know. */
  readonly destroyed_again: number;
  /** Keys of whose destruction the event store learned. */
  readonly recorded: number;
};

/** Brings event store and key store in line about the keys that were destroyed, after one of the two was restored from a backup. */
export const redoErasures = async (
  pool: Pool,
  erasures: Pick<OpenErasures, "destroyAgain" | "destroyedKeys">,
  signal: AbortSignal,
): Promise<RedoneErasures> => {
  const destroyedAgain = await destroyForgotten(pool, erasures, signal);
  let recorded = 0;
  for await (const keyIds of erasures.destroyedKeys()) {
    signal.throwIfAborted();
    recorded += await recordDestroyed(pool, keyIds);
  }
  return { destroyed_again: destroyedAgain, recorded };
};

/** Milliseconds between two checks: the first one is at the start, and a key store that is restored meanwhile is found by the next one. */
const checkMs = 3_600_000;

/** Destroys keys again that a restored key store has brought back, at the start and every hour. */
export const startRedoing = (pool: Pool, erasures: Pick<OpenErasures, "destroyAgain">, logger: Logger): Loop =>
  startLoop({
    name: "the check of destroyed keys",
    work: async (stopping) => {
      const keys = await destroyForgotten(pool, erasures, stopping);
      if (keys > 0)
        logger.error(
          { keys },
          "the key store was restored to a time before erasures, whose keys are destroyed again; docs/privacy.md says what else is to be done",
        );
      return checkMs;
    },
    backoff: { baseMs: 500, maxMs: 30_000 },
    logger,
  });
