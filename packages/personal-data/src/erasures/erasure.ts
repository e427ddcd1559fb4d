/** What an erasure clears. Each place has one owner, which clears it twice. */
export const erasurePlaces = ["keys", "read_model", "timers", "event_store"] as const;
export type ErasurePlace = (typeof erasurePlaces)[number];

export type ErasureStep = {
  readonly place: ErasurePlace;
  readonly firstPassAt: Date | null;
  readonly secondPassAt: Date | null;
  /** What keeps the next pass from being done, for an operator; null if nothing is known to. */
  readonly waitsFor: string | null;
};

/** The receipt of an erasure: it does not say who was erased. */
export type ErasureReceipt = {
  readonly erasureId: string;
  readonly tenantId: string;
  /** Null if it is not known, or if the shopper asked. */
  readonly requestedBy: string | null;
  readonly requestedAt: Date;
  readonly dueAt: Date;
  readonly completedAt: Date | null;
  /** In the order of `erasurePlaces`. */
  readonly steps: readonly ErasureStep[];
};

/** An erasure that is under way, with the person. */
export type OpenErasure = Pick<ErasureReceipt, "erasureId" | "tenantId" | "dueAt" | "steps"> & {
  readonly userId: string;
  readonly shopper: Buffer;
};

export type ErasurePass = "first" | "second";

/**
 * For how many lives of a cache the last pass on the keys waits after the first one. A process may use a key that it read before for one
 * life, and a state that it decoded with it for another one: only then can it make no new key for the person. A half is for what was in flight.
 */
const cacheLivesBeforeKeys = 2.5;

/** For how many lives of a cache the other places wait after that, because a process may still read with a key that was made meanwhile. */
const cacheLivesBeforePlaces = 1.5;

/** Returns the pass that the place has to do now, if there is one. `cacheMs` is the life of an entry in every process's caches. */
export const duePass = (
  { steps }: Pick<OpenErasure, "steps">,
  place: ErasurePlace,
  { now, cacheMs }: { readonly now: Date; readonly cacheMs: number },
): ErasurePass | undefined => {
  const stepOf = (name: ErasurePlace) => steps.find((step) => step.place === name);
  const own = stepOf(place);
  const keys = stepOf("keys");
  if (own === undefined || keys === undefined || own.secondPassAt !== null) return undefined;
  const hasPassed = (since: Date | null, lives: number): boolean =>
    since !== null && now.getTime() >= since.getTime() + Math.ceil(lives * cacheMs);
  if (place === "keys") {
    if (own.firstPassAt === null) return "first";
    const areFirstDone = steps.every(({ firstPassAt }) => firstPassAt !== null);
    return areFirstDone && hasPassed(own.firstPassAt, cacheLivesBeforeKeys) ? "second" : undefined;
  }
  // The read model tells the others which carts were the person's.
  const carts = place === "event_store" ? stepOf("read_model") : undefined;
  if (own.firstPassAt === null) return keys.firstPassAt !== null && carts?.firstPassAt !== null ? "first" : undefined;
  return hasPassed(keys.secondPassAt, cacheLivesBeforePlaces) && carts?.secondPassAt !== null ? "second" : undefined;
};
