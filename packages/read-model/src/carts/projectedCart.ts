import { type Cart, cartDecider, type CartLine, type CartMilestone, type ExistingCart } from "@cart/domain";

/** The state of a cart in the read model: the fold of its first `version` events. */
export type ProjectedCart = {
  /** 0 if the cart does not exist. */
  readonly version: number;
  readonly cart: Cart;
  /** The time at which the cart's first event occurred. */
  readonly createdAt: Date;
  /** The time at which the cart's last event occurred. */
  readonly updatedAt: Date;
  /** The time at which the cart was last abandoned; null if it never was. */
  readonly abandonedAt: Date | null;
  /**
   * The times at which the events folded since the cart was loaded reached its milestones.
   * The map may contain a milestone that the cart had reached before: its earlier row stays.
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

/**
 * Returns the lines to write and the line ids to remove to get from one state of a cart to a later one. Compares
 * lines by identity, because `evolve` keeps the object of a line that it does not change.
 */
export const changedLines = (before: Cart, after: ExistingCart): LineChanges => {
  const former: ReadonlyMap<string, CartLine> = before.status === "NONE" ? new Map() : before.lines;
  return {
    written: [...after.lines.values()].filter((line) => former.get(line.lineId) !== line),
    removed: [...former.keys()].filter((lineId) => !after.lines.has(lineId)),
  };
};
