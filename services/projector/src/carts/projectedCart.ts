import { type Cart, cartDecider, type CartLine, type CartMilestone, type ExistingCart } from "@cart/domain";

/** A cart as the read model has it: the fold of its first `version` events. */
export type ProjectedCart = {
  /** 0 for a cart that is not there. */
  readonly version: number;
  readonly cart: Cart;
  /** When its first event occurred. */
  readonly createdAt: Date;
  /** When its last event occurred. */
  readonly updatedAt: Date;
  /** When it was last abandoned; null when it never was. */
  readonly abandonedAt: Date | null;
  /**
   * When it came to its milestones, as far as the events tell that were folded since it
   * was loaded. One that it came to before may be among them: the earlier row stays.
   */
  readonly reached: ReadonlyMap<CartMilestone, Date>;
};

const epoch = new Date(0);

export const noCart: ProjectedCart = {
  version: 0,
  cart: cartDecider.initialState,
  createdAt: epoch,
  updatedAt: epoch,
  abandonedAt: null,
  reached: new Map(),
};

export type LineChanges = { readonly written: readonly CartLine[]; readonly removed: readonly string[] };

/** The lines to write and the item ids to remove to get from one state of a cart to a later one. `evolve` keeps a line that it does not change. */
export const changedLines = (before: Cart, after: ExistingCart): LineChanges => {
  const former: ReadonlyMap<string, CartLine> = before.status === "NONE" ? new Map() : before.lines;
  return {
    written: [...after.lines.values()].filter((line) => former.get(line.itemId) !== line),
    removed: [...former.keys()].filter((itemId) => !after.lines.has(itemId)),
  };
};
