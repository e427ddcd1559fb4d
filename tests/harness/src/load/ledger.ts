export type CommandType = "AddItem" | "RemoveItem" | "PurchaseCart" | "MergeCart";

export type EventPlace = { readonly type: string; readonly version: number };

/** The effect of a command on one cart. */
export type CartChange = { readonly cartId: string; readonly version: number; readonly events: readonly EventPlace[] };

/**
 * What the client knows about a command's outcome:
 *
 * - `acknowledged`: the answer says what was stored; a merge changes two carts;
 * - `refused`: the answer says that nothing was stored (by a rule, or because the service could not accept it);
 * - `unknown`: there was no answer, or the answer does not say.
 */
export type Outcome =
  | { readonly kind: "acknowledged"; readonly changes: readonly CartChange[] }
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "unknown"; readonly why: string };

export type LedgerEntry = {
  /** The command's correlation id, which is stored with each of its events. */
  readonly id: string;
  /** The cart that the command was sent to and, for a merge, the target. */
  readonly cartIds: readonly string[];
  readonly command: CommandType;
  readonly outcome: Outcome;
};

export type Ledger = {
  readonly record: (entry: LedgerEntry) => void;
  readonly entries: () => readonly LedgerEntry[];
  /** The newest acknowledged version of each cart. */
  readonly versions: () => ReadonlyMap<string, number>;
  readonly count: (kind: Outcome["kind"]) => number;
  /** The longest time in seconds from one acknowledgement to the next. */
  readonly longestSilenceSeconds: () => number;
};

export const createLedger = (): Ledger => {
  const entries: LedgerEntry[] = [];
  const versions = new Map<string, number>();
  let lastAcknowledged: number | undefined;
  let longestSilenceMs = 0;
  const counts = { acknowledged: 0, refused: 0, unknown: 0 };
  return {
    record: (entry) => {
      entries.push(entry);
      counts[entry.outcome.kind] += 1;
      if (entry.outcome.kind !== "acknowledged") return;
      const now = performance.now();
      longestSilenceMs = Math.max(longestSilenceMs, now - (lastAcknowledged ?? now));
      lastAcknowledged = now;
      for (const { cartId, version } of entry.outcome.changes) versions.set(cartId, Math.max(version, versions.get(cartId) ?? 0));
    },
    entries: () => entries,
    versions: () => new Map(versions),
    count: (kind) => counts[kind],
    longestSilenceSeconds: () => longestSilenceMs / 1000,
  };
};
