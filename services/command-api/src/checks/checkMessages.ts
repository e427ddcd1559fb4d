import {
  type Attributes,
  type Cart,
  type CartStatus,
  type ExistingCart,
  fromMinorUnits,
  itemCount,
  itemsAmount,
  type LinePrice,
  maxLines,
  type MergeCart,
  type StoredAdjustment,
  totalAmount,
} from "@cart/domain";
import { type Static, Type } from "typebox";
import { itemName, price } from "../carts/cartBodies.ts";

/** A cart as the shop's check gets it: in the API's terms, with amounts as decimal numbers of its currency. */
export type CheckedCart = {
  readonly id: string;
  readonly user_id: string;
  readonly tenant_id: string;
  readonly status: CartStatus;
  readonly currency: string;
  readonly version: number;
  readonly attributes: Attributes;
  readonly items_amount: number;
  readonly adjustments: readonly StoredAdjustment[];
  readonly adjustments_stale: boolean;
  readonly total_amount: number;
  readonly item_count: number;
  readonly items: readonly {
    readonly line_id: string;
    readonly item_id: string;
    readonly name: string | null;
    readonly attributes: Attributes;
    readonly quantity: number;
    readonly price: number;
  }[];
};

/** A change that the shop's check is asked about. */
export type ProposedChange =
  | {
      readonly operation: "add";
      readonly item: {
        readonly item_id: string;
        /** `{}` for an item without attributes. */
        readonly attributes: Attributes;
        readonly quantity: number;
        /** Null if the request has none: the check then has to name it. */
        readonly price: number | null;
        readonly name: string | null;
      };
      readonly currency: string;
    }
  | { readonly operation: "submit" }
  | {
      readonly operation: "merge";
      /** Null if the merge creates it. */
      readonly target: CheckedCart | null;
      /** The target as the merge leaves it. */
      readonly result: CheckedCart;
      readonly strategy: MergeCart["strategy"];
    };

/** The body that is posted to the shop's check. */
export type CheckRequest = {
  readonly change: ProposedChange;
  readonly cart_id: string;
  readonly tenant_id: string;
  readonly user_id: string;
  /** The cart before the change; null if it does not exist yet. */
  readonly cart: CheckedCart | null;
};

/**
 * What the shop corrects in a change that it allows: the price and the name of an added item replace those of the request, and the
 * prices those of the lines in a submitted or merged cart.
 */
export type Corrections = {
  readonly price?: number | undefined;
  readonly name?: string | undefined;
  readonly prices?: readonly LinePrice[] | undefined;
};

/** Why the shop refuses a change. */
export const checkReason = Type.Object({
  code: Type.String({ minLength: 1, maxLength: 64, description: "the shop's own code", examples: ["OUT_OF_STOCK"] }),
  message: Type.String({ minLength: 1, maxLength: 500, description: "the shop's own text", examples: ["only 1 is left"] }),
  item_id: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: "the item at fault", examples: ["item-456"] })),
});

/** What the shop names about a change that it allows. */
const allowing = Type.Object({
  allowed: Type.Literal(true),
  price: Type.Optional(price("an added item's price of one unit, in the currency of the change")),
  name: Type.Optional(itemName),
  prices: Type.Optional(
    Type.Array(
      Type.Object({
        line_id: Type.String({ minLength: 1, maxLength: 64, description: "a line of the submitted cart, or of a merge's result" }),
        price: price("the line's price of one unit, in the cart's currency"),
      }),
      { maxItems: maxLines, description: "the lines of a submitted or merged cart that get another price" },
    ),
  ),
});

const refusing = Type.Object({ allowed: Type.Literal(false), reasons: Type.Array(checkReason, { minItems: 1, maxItems: 20 }) });

/** The answer of the shop's check. Members that do not belong to the operation are ignored. */
export const checkAnswer = Type.Union([allowing, refusing]);

export type AllowingAnswer = Static<typeof allowing>;
export type RefusingAnswer = Static<typeof refusing>;

export const checkedCart = (id: string, cart: ExistingCart, version: number): CheckedCart => ({
  id,
  user_id: cart.userId,
  tenant_id: cart.tenantId,
  status: cart.status,
  currency: cart.currency,
  version,
  attributes: cart.attributes,
  items_amount: fromMinorUnits(itemsAmount(cart), cart.currency),
  adjustments: cart.adjustments.map(({ amount, ...rest }) => ({ ...rest, amount: fromMinorUnits(amount, cart.currency) })),
  adjustments_stale: cart.areAdjustmentsStale,
  total_amount: fromMinorUnits(totalAmount(cart), cart.currency),
  item_count: itemCount(cart),
  items: [...cart.lines.values()].map(({ lineId, itemId, name, attributes, quantity, unitPrice }) => ({
    line_id: lineId,
    item_id: itemId,
    name,
    attributes,
    quantity,
    price: fromMinorUnits(unitPrice, cart.currency),
  })),
});

/** Returns the cart as the check gets it, or null if it does not exist. */
export const checkedCartOrNull = (id: string, cart: Cart, version: number): CheckedCart | null =>
  cart.status === "NONE" ? null : checkedCart(id, cart, version);
