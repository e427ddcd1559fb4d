import { type Logger, type Loop, startLoop } from "@cart/process-kit";
import { duePass, type ErasurePass, type ErasurePlace, type OpenErasure } from "./erasure.ts";
import type { ErasureJournal, OpenCursor } from "./erasureJournal.ts";

/** Clears a place of one person. It may be called again at any time. Resolves to what it has to wait for, or `undefined` if it is done. */
export type ClearPlace = (erasure: OpenErasure, pass: ErasurePass, stopping: AbortSignal) => Promise<string | undefined>;

export type ErasuresOptions = {
  readonly journal: ErasureJournal;
  /** What this process clears. */
  readonly places: Readonly<Partial<Record<ErasurePlace, ClearPlace>>>;
  /** The life of an entry in the caches of every process, in milliseconds. */
  readonly cacheMs: number;
  readonly logger: Logger;
};

/** Milliseconds between two polls for open erasures: an erasure takes minutes, and a poll is one query of an empty index. */
const pollMs = 2_000;

/**
 * Does the passes of this process's places for every erasure that is under way. A pass that fails is done again, by this process or
 * another one, and keeps no other erasure from its pass. A process that clears the keys also completes erasures.
 */
export const startErasures = ({ journal, places, cacheMs, logger }: ErasuresOptions): Loop => {
  const own = Object.entries(places) as [ErasurePlace, ClearPlace][];

  const advance = async (erasure: OpenErasure, now: Date, stopping: AbortSignal): Promise<boolean> => {
    let advanced = false;
    for (const [place, clear] of own) {
      const pass = duePass(erasure, place, { now, cacheMs });
      if (pass === undefined || stopping.aborted) continue;
      const waitsFor = await clear(erasure, pass, stopping);
      if (waitsFor === undefined) {
        await journal.passed(erasure.erasureId, place, pass);
        advanced = true;
      } else if (waitsFor !== erasure.steps.find((step) => step.place === place)?.waitsFor) {
        await journal.waits(erasure.erasureId, place, waitsFor);
        logger.warn({ erasure_id: erasure.erasureId, place, waits_for: waitsFor }, "an erasure has to wait");
      }
    }
    // The last pass may be another process's.
    if ("keys" in places && (advanced || isPassed(erasure)) && (await journal.complete(erasure.erasureId)))
      logger.info({ erasure_id: erasure.erasureId }, "an erasure is complete");
    return advanced;
  };

  return startLoop({
    name: "the erasure of shoppers",
    work: async (stopping) => {
      let failure: { readonly error: unknown } | undefined;
      let advanced = false;
      let next: OpenCursor | undefined;
      do {
        const page = await journal.open(next);
        for (const erasure of page.erasures) {
          try {
            advanced = (await advance(erasure, page.now, stopping)) || advanced;
          } catch (error) {
            failure ??= { error };
          }
        }
        next = page.next;
      } while (next !== undefined && !stopping.aborted);
      if (failure !== undefined) throw failure.error;
      // A pass may have made the next one due.
      return advanced ? 0 : Math.min(pollMs, Math.max(20, cacheMs / 4));
    },
    backoff: { baseMs: 500, maxMs: 30_000 },
    logger,
  });
};

const isPassed = ({ steps }: OpenErasure): boolean => steps.every(({ secondPassAt }) => secondPassAt !== null);
