import { DomainError } from "../domainError.ts";
import type { Cart, ExistingCart, OpenCart, SubmittedCart } from "./cartState.ts";
import { opened } from "./evolveCart.ts";

export const cartNotFound = (field?: string): DomainError => new DomainError("CART_NOT_FOUND", "there is no cart with this id", field);

/** The cart when it takes changes. `field` names the input that chose the cart, when the command did not go to it. */
export const requireOpen = (cart: Cart, field?: string): OpenCart => {
  const unfinished = requireUnfinished(cart, field);
  if (unfinished.status === "SUBMITTED") {
    throw new DomainError("CART_SUBMITTED", "the cart is submitted and takes no changes until it is reopened", field);
  }
  return unfinished;
};

/** The cart when it can still become an order, an abandoned one as it is once it was reopened: see `reopenedFirst`. */
export const requireUnfinished = (cart: Cart, field?: string): OpenCart | SubmittedCart => {
  switch (cart.status) {
    case "NONE":
      throw cartNotFound(field);
    case "CLOSED":
      throw new DomainError("CART_CLOSED", `the cart was purchased as order ${cart.orderId} and takes no more changes`, field);
    case "MERGED":
      throw new DomainError("CART_MERGED", `the cart was merged into cart ${cart.mergedInto} and takes no more changes`, field);
    case "OPEN":
    case "SUBMITTED":
      return cart;
    case "ABANDONED":
      return opened(cart);
    default:
      return cart satisfies never;
  }
};

export const requireExisting = (cart: Cart): ExistingCart => {
  if (cart.status === "NONE") throw cartNotFound();
  return cart;
};
