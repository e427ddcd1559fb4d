export type CommandType = "AddItem" | "RemoveItem" | "PurchaseCart" | "MergeCart";

export type EventPlace = { readonly type: string; readonly version: number };

/** What a command did to one cart. */
export type CartChange = { readonly cartId: string; readonly version: number; readonly events: readonly EventPlace[] };

/**
 * What the client knows of a command:
 *
 * - `acknowledged`: the answer says what was stored; a merge changes two carts;
 * - `refused`: the answer says that nothing was stored (a rule, or a service that could not take it);
 * - `unknown`: no answer, or one that does not say.
 */
export type Outcome =
  | { readonly kind: "acknowledged"; readonly changes: readonly CartChange[] }
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "unknown"; readonly why: string };

export type LedgerEntry = {
  /** Its correlation id, which is stored with each event that it caused. */
  readonly id: string;
  /** The cart that it was sent to, and the target of a merge. */
  readonly cartIds: readonly string[];
  readonly command: CommandType;
  readonly outcome: Outcome;
};

export type Ledger = {
  readonly record: (entry: LedgerEntry) => void;
  readonly entries: () => readonly LedgerEntry[];
  /** The newest version of each cart that was acknowledged. */
  readonly versions: () => ReadonlyMap<string, number>;
  readonly count: (kind: Outcome["kind"]) => number;
};

export const createLedger = (): Ledger => {
  const entries: LedgerEntry[] = [];
  const versions = new Map<string, number>();
  const counts = { acknowledged: 0, refused: 0, unknown: 0 };
  return {
    record: (entry) => {
      entries.push(entry);
      counts[entry.outcome.kind] += 1;
      if (entry.outcome.kind !== "acknowledged") return;
      for (const { cartId, version } of entry.outcome.changes) versions.set(cartId, Math.max(version, versions.get(cartId) ?? 0));
    },
    entries: () => entries,
    versions: () => new Map(versions),
    count: (kind) => counts[kind],
  };
};
