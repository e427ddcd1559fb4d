/** Adds to a cart, and creates it when it does not exist. */
export type AddItem = {
  readonly type: "AddItem";
  readonly userId: string;
  /** Only checked against an existing cart when the client named it. */
  readonly tenantId?: string | undefined;
  readonly currency?: string | undefined;
  /** What a new cart gets for what the client did not name. */
  readonly defaults: { readonly tenantId: string; readonly currency: string };
  readonly itemId: string;
  readonly name?: string | undefined;
  readonly quantity: number;
  /** A decimal amount in the cart's currency, such as 29.99. */
  readonly price: number;
};

/** Sets the quantity of a line; 0 removes it. */
export type ChangeItemQuantity = { readonly type: "ChangeItemQuantity"; readonly itemId: string; readonly quantity: number };

export type RemoveItem = { readonly type: "RemoveItem"; readonly itemId: string };

export type ClearCart = { readonly type: "ClearCart" };

/** Freezes the cart for checkout. */
export type SubmitCart = { readonly type: "SubmitCart" };

/** Takes a submitted cart back from checkout, or an abandoned one back into use. */
export type ReopenCart = { readonly type: "ReopenCart" };

export type PurchaseCart = { readonly type: "PurchaseCart"; readonly orderId: string };

/**
 * From the process that watches carts: nobody has touched this one for so long. It
 * changes nothing in a cart that is not open or has no lines, so it may come again.
 */
export type AbandonCart = {
  readonly type: "AbandonCart";
  readonly lastActivityAt: Date;
  /** The limit that the tenant's policy has. */
  readonly abandonedAfterMinutes: number;
};

/**
 * From the same process: an abandoned cart's next reminder is due. Steps go up from
 * 1, and one that is not above the last one since the cart was abandoned changes
 * nothing, so it may come again as well.
 */
export type RemindOfAbandonment = {
  readonly type: "RemindOfAbandonment";
  readonly step: number;
  /** How long after the cart was abandoned this step is due. */
  readonly afterMinutes: number;
};

/** What one cart decides on alone. */
export type CartCommand =
  | AddItem
  | ChangeItemQuantity
  | RemoveItem
  | ClearCart
  | SubmitCart
  | ReopenCart
  | PurchaseCart
  | AbandonCart
  | RemindOfAbandonment;

/** How the quantities of an item that is in both carts go together: their sum, or the greater one. */
export type MergeStrategy = "add" | "max";

/** Moves the lines of one cart into another; `decideMerge` decides it on both. */
export type MergeCart = {
  readonly type: "MergeCart";
  readonly sourceCartId: string;
  readonly targetCartId: string;
  readonly strategy: MergeStrategy;
};
