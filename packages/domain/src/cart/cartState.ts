export type CartLine = {
  readonly itemId: string;
  readonly name: string | null;
  readonly quantity: number;
  /** Minor units of the cart's currency. */
  readonly unitPrice: number;
  /** Orders the lines as they were first added; never used twice in a cart. */
  readonly position: number;
};

type CartContents = {
  readonly userId: string;
  readonly tenantId: string;
  readonly currency: string;
  /** By item id, in the order in which they were first added. */
  readonly lines: ReadonlyMap<string, CartLine>;
  readonly nextPosition: number;
  /** Whether it was ABANDONED at any time: a purchase then is a recovery. */
  readonly wasAbandoned: boolean;
};

export type OpenCart = CartContents & { readonly status: "OPEN" };
/** Left alone with lines in it for longer than its tenant's policy allows. What its customer does next opens it again. */
export type AbandonedCart = CartContents & {
  readonly status: "ABANDONED";
  /** The last reminder step since it was abandoned; 0 before the first. */
  readonly remindedStep: number;
};
/** Frozen for checkout: its lines, and so its totals, cannot change until it is reopened. */
export type SubmittedCart = CartContents & { readonly status: "SUBMITTED" };
/** Purchased. */
export type ClosedCart = CartContents & { readonly status: "CLOSED"; readonly orderId: string };
/** Its lines went into another cart; they stay here as they were. */
export type MergedCart = CartContents & { readonly status: "MERGED"; readonly mergedInto: string };

export type ExistingCart = OpenCart | AbandonedCart | SubmittedCart | ClosedCart | MergedCart;

/** `NONE` is a cart without events. */
export type Cart = { readonly status: "NONE" } | ExistingCart;

export type CartStatus = ExistingCart["status"];

export const lineTotal = (line: CartLine): number => line.unitPrice * line.quantity;

/** Sum of the line totals in minor units. At most 5e15, so exact. */
export const totalAmount = (cart: ExistingCart): number => {
  let total = 0;
  for (const line of cart.lines.values()) total += lineTotal(line);
  return total;
};

/** Number of units in the cart, over all lines. */
export const itemCount = (cart: ExistingCart): number => {
  let count = 0;
  for (const line of cart.lines.values()) count += line.quantity;
  return count;
};
