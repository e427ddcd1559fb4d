import { DomainError } from "../domainError.ts";

export const maxLines = 500;
export const maxQuantity = 1000;

/** `field` names the input that would break the limit. */
export const requireLineCount = (lines: number, field: string): void => {
  if (lines > maxLines)
    throw new DomainError("LINE_LIMIT_EXCEEDED", `a cart has at most ${maxLines} lines, this one would have ${lines}`, field);
};

export const requireQuantity = (itemId: string, quantity: number, field: string): void => {
  if (quantity > maxQuantity) {
    throw new DomainError(
      "QUANTITY_LIMIT_EXCEEDED",
      `a line has a quantity of at most ${maxQuantity}, item ${itemId} would have ${quantity}`,
      field,
    );
  }
};
