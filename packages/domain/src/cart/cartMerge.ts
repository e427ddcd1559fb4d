import { DomainError } from "../domainError.ts";
import { reopenedFirst, requireLineCount, requireOpen, requireQuantity } from "./cartCommands.ts";
import type { CartEvent } from "./cartEvents.ts";
import { type CartAtVersion, type CartLimits, requireWithin } from "./cartLimits.ts";
import type { Cart, CartLine, OpenCart } from "./cartState.ts";

/** The quantity of an item that is in both carts: the sum of the two, or the greater one. */
export type MergeStrategy = "add" | "max";

/** Moves the lines of one cart into another. */
export type MergeCart = {
  readonly type: "MergeCart";
  readonly sourceCartId: string;
  readonly targetCartId: string;
  readonly strategy: MergeStrategy;
};

export type MergeEvents = { readonly source: readonly CartEvent[]; readonly target: readonly CartEvent[] };

/** Decides like `decideMerge`, and refuses a merge that would take the target beyond its limits. */
export const decideMergeWithin = (limits: CartLimits, command: MergeCart, source: Cart, target: CartAtVersion): MergeEvents => {
  const events = decideMerge(command, source, target.cart);
  return { ...events, target: requireWithin(limits, target, events.target, targetField) };
};

/** The input that a refusal names if the target is at fault. */
const targetField = "target_cart_id";

/**
 * Moves the source's lines into the target. The decision is about both carts at one
 * moment, so the events of both must be stored in one transaction.
 *
 * An item in both carts keeps the target's price and name. Merging again
 * into the same target changes nothing.
 */
export const decideMerge = (command: MergeCart, sourceCart: Cart, targetCart: Cart): MergeEvents => {
  if (command.sourceCartId === command.targetCartId) {
    throw new DomainError("CART_MERGED_INTO_ITSELF", "a cart cannot be merged into itself", targetField);
  }
  if (sourceCart.status === "MERGED" && sourceCart.mergedInto === command.targetCartId) return { source: [], target: [] };
  const source = requireOpen(sourceCart);
  const target = requireOpen(targetCart, targetField);
  requireSameKind(source, target);

  const lines = mergedLines(source, target, command.strategy);
  requireLineCount(target.lines.size + lines.filter(({ item_id }) => !target.lines.has(item_id)).length, targetField);
  for (const { item_id, quantity } of lines) requireQuantity(item_id, quantity, targetField);
  return {
    source: reopenedFirst(sourceCart, [
      { type: "CartMergedInto", data: { target_cart_id: command.targetCartId, strategy: command.strategy } },
    ]),
    // Appended even if no line moves: it records the merge in the target's history, and the append detects a concurrent change.
    target: reopenedFirst(targetCart, [
      { type: "CartMergedFrom", data: { source_cart_id: command.sourceCartId, strategy: command.strategy, lines } },
    ]),
  };
};

const requireSameKind = (source: OpenCart, target: OpenCart): void => {
  if (source.tenantId !== target.tenantId) {
    throw new DomainError("CART_OF_ANOTHER_TENANT", "the two carts belong to different tenants", targetField);
  }
  if (source.currency !== target.currency) {
    throw new DomainError("CURRENCY_MISMATCH", `the carts have the currencies ${source.currency} and ${target.currency}`, targetField);
  }
};

/** Returns the lines that are new in the target or change their quantity there, with their values after the merge. */
const mergedLines = (source: OpenCart, target: OpenCart, strategy: MergeStrategy) =>
  [...source.lines.values()].flatMap(({ itemId, name, quantity, unitPrice }) => {
    const line = target.lines.get(itemId);
    if (line === undefined) return [{ item_id: itemId, ...(name === null ? {} : { name }), quantity, unit_price: unitPrice }];
    const merged = mergedQuantity(line, quantity, strategy);
    return merged === line.quantity ? [] : [{ item_id: itemId, quantity: merged, unit_price: line.unitPrice }];
  });

const mergedQuantity = (line: CartLine, quantity: number, strategy: MergeStrategy): number => {
  switch (strategy) {
    case "add":
      return line.quantity + quantity;
    case "max":
      return Math.max(line.quantity, quantity);
    default:
      return strategy satisfies never;
  }
};
