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

/** Takes a submitted cart back from checkout. */
export type ReopenCart = { readonly type: "ReopenCart" };

export type PurchaseCart = { readonly type: "PurchaseCart"; readonly orderId: string };

/** What one cart decides on alone. */
export type CartCommand = AddItem | ChangeItemQuantity | RemoveItem | ClearCart | SubmitCart | ReopenCart | PurchaseCart;

/** How the quantities of an item that is in both carts go together: their sum, or the greater one. */
export type MergeStrategy = "add" | "max";

/** Moves the lines of one cart into another; `decideMerge` decides it on both. */
export type MergeCart = {
  readonly type: "MergeCart";
  readonly sourceCartId: string;
  readonly targetCartId: string;
  readonly strategy: MergeStrategy;
};
