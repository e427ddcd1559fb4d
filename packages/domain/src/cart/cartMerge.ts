import { DomainError } from "../domainError.ts";
import { attributesMember, noAttributes } from "./attributes.ts";
import { attributesChange, currencyChange, type LinePrice, reopenedFirst, reprice, requireOpen } from "./cartCommands.ts";
import type { CartEvent } from "./cartEvents.ts";
import { requireAmount, requireLineCount, requireQuantity } from "./lineLimits.ts";
import { findLine, type LineIds, newLineId, plainLineIds } from "./cartLines.ts";
import { type Cart, type CartLine, evolveCart, lineAmount, type OpenCart } from "./cartState.ts";
import { type CartAtVersion, type CartRules, requireWithin } from "./cartLimits.ts";

/** The quantity of an item that is in both carts: the sum of the two, or the greater one. */
export type MergeStrategy = "add" | "max";

/** Moves the lines of one cart into another. */
export type MergeCart = {
  readonly type: "MergeCart";
  readonly sourceCartId: string;
  readonly targetCartId: string;
  readonly strategy: MergeStrategy;
  /** The owner of the target if it does not exist. Without one, the target must exist. */
  readonly userId?: string | undefined;
  /** Prices of the target's lines after the merge. */
  readonly prices?: readonly LinePrice[] | undefined;
};

export type MergeEvents = { readonly source: readonly CartEvent[]; readonly target: readonly CartEvent[] };

/** Decides like `decideMerge`, and refuses a merge that would take the target beyond its limits. */
export const decideMergeWithin = (rules: CartRules, command: MergeCart, source: Cart, target: CartAtVersion): MergeEvents => {
  const events = decideMerge(command, source, target.cart, rules.lineIds);
  return { ...events, target: requireWithin(rules, target, events.target, targetField) };
};

/** The input that a refusal names if the target is at fault. */
const targetField = "target_cart_id";

/**
 * Moves the source's lines into the target. The decision is about both carts at one
 * moment, so the events of both must be stored in one transaction.
 *
 * An item in both carts with the same attributes keeps the target's price and name, unless the command names another price.
 * Merging again into the same target changes nothing.
 */
export const decideMerge = (command: MergeCart, sourceCart: Cart, targetCart: Cart, lineIds: LineIds = plainLineIds): MergeEvents => {
  if (command.sourceCartId === command.targetCartId) {
    throw new DomainError("CART_MERGED_INTO_ITSELF", "a cart cannot be merged into itself", targetField);
  }
  if (sourceCart.status === "MERGED" && sourceCart.mergedInto === command.targetCartId) return { source: [], target: [] };
  const source = requireOpen(sourceCart);
  const created = createdTarget(command, source, targetCart);
  const existing = requireOpen(created.reduce(evolveCart, targetCart), targetField);
  requireSameTenant(source, existing);
  const inCurrency = targetCurrency(source, existing);
  const target = requireOpen(inCurrency.reduce<Cart>(evolveCart, existing), targetField);

  const lines = mergedLines({ source, target }, command.strategy, lineIds);
  const mergedFrom: CartEvent = {
    type: "CartMergedFrom",
    data: { source_cart_id: command.sourceCartId, strategy: command.strategy, lines: lines.map(mergedLineData) },
  };
  return {
    source: reopenedFirst(sourceCart, [
      { type: "CartMergedInto", data: { target_cart_id: command.targetCartId, strategy: command.strategy } },
    ]),
    // Appended even if no line moves: it records the merge in the target's history, and the append detects a concurrent change.
    target: reopenedFirst(targetCart, [
      ...created,
      ...inCurrency,
      mergedFrom,
      ...(command.prices === undefined ? [] : reprice(command.prices, requireOpen(evolveCart(target, mergedFrom), targetField))),
    ]),
  };
};

/** A customer who logs in may have no cart yet: the target is then a new cart like the source. */
const createdTarget = ({ userId }: MergeCart, source: OpenCart, target: Cart): readonly CartEvent[] =>
  target.status === "NONE" && userId !== undefined
    ? [
        { type: "CartCreated", data: { user_id: userId, tenant_id: source.tenantId, currency: source.currency } },
        ...attributesChange(source.attributes, noAttributes),
      ]
    : [];

/** An empty target takes the source's currency. An empty source moves no price, so its currency does not matter. */
const targetCurrency = (source: OpenCart, target: OpenCart): readonly CartEvent[] => {
  if (source.lines.size === 0 || source.currency === target.currency) return [];
  if (target.lines.size === 0) return currencyChange(source.currency, target);
  throw new DomainError("CURRENCY_MISMATCH", `the carts have the currencies ${source.currency} and ${target.currency}`, targetField);
};

const requireSameTenant = (source: OpenCart, target: OpenCart): void => {
  if (source.tenantId !== target.tenantId) {
    throw new DomainError("CART_OF_ANOTHER_TENANT", "the two carts belong to different tenants", targetField);
  }
};

/**
 * Returns the lines that are new in the target or change their quantity there, as they are after the merge. The lines of the
 * same item with the same attributes are the same line, whatever its id in each cart. Throws if the target would be too great.
 */
const mergedLines = (
  { source, target }: { readonly source: OpenCart; readonly target: OpenCart },
  strategy: MergeStrategy,
  lineIds: LineIds,
): readonly Omit<CartLine, "position">[] => {
  const { userId, tenantId } = target;
  const lines = new Map(target.lines);
  const changed: Omit<CartLine, "position">[] = [];
  let difference = 0;
  for (const moved of source.lines.values()) {
    const line = findLine(target.lines, moved.itemId, moved.attributes);
    const quantity = line === undefined ? moved.quantity : mergedQuantity(line, moved.quantity, strategy);
    if (quantity === line?.quantity) continue;
    requireQuantity(moved.itemId, quantity, targetField);
    // The event names no name of a line that the target has: the line keeps its own.
    const merged =
      line === undefined
        ? { ...moved, lineId: newLineId(lineIds, { userId, tenantId, lines }, moved.itemId, moved.attributes) }
        : { ...line, name: null, quantity };
    difference += lineAmount(merged) - (line === undefined ? 0 : lineAmount(line));
    lines.set(merged.lineId, merged);
    changed.push(merged);
  }
  requireLineCount(lines.size, targetField);
  requireAmount(target, difference, targetField);
  return changed;
};

const mergedLineData = ({ lineId, itemId, name, attributes, quantity, unitPrice }: Omit<CartLine, "position">) => ({
  line_id: lineId,
  item_id: itemId,
  ...(name === null ? {} : { name }),
  ...attributesMember(attributes),
  quantity,
  unit_price: unitPrice,
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
