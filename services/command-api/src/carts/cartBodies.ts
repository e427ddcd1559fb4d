import { adjustmentKinds, maxAmount, maxQuantity } from "@cart/domain";
import { pathSegment, text, userIdText } from "@cart/http-kit";
import { type Static, Type } from "typebox";
import { commandHeaders } from "../commands/commandHeaders.ts";
import { exampleCartId, exampleTargetId } from "../examples.ts";

const userId = (description: string, example: string) => userIdText({ minLength: 1, maxLength: 255, description, examples: [example] });
const opaqueId = (description: string, example: string) => text({ minLength: 1, maxLength: 64, description, examples: [example] });

const pathId = (description: string) => pathSegment({ minLength: 1, maxLength: 64, description, examples: ["item-456"] });

export const cartIdParameter = Type.Object({
  id: Type.String({ format: "uuid", description: "the cart's id, chosen by the client", examples: [exampleCartId] }),
});

const lineIdDescription = "the line's `line_id`, or its `item_id` if only one line of the cart has that item";

export const itemParameters = Type.Object({ ...cartIdParameter.properties, item_id: pathId(lineIdDescription) });

const closed = { additionalProperties: false };

/** `cart/attributes.ts` of the domain bounds their bytes. */
const attributeName = Type.String({ pattern: "^[A-Za-z][A-Za-z0-9_.-]{0,63}$" });
const attributeValue = [text({ maxLength: 500 }), Type.Number(), Type.Boolean()];

const attributes = (description: string, example: Readonly<Record<string, string | number | boolean>>) =>
  Type.Record(attributeName, Type.Union(attributeValue), {
    ...closed,
    maxProperties: 20,
    description: `${description}: text, numbers and booleans by names of letters, digits, \`_\`, \`.\` and \`-\`; at most 1024 bytes as JSON`,
    examples: [example],
  });

export const price = (description: string) =>
  Type.Number({
    minimum: 0,
    maximum: maxAmount,
    description: `${description}; a cart's amounts have at most ${String(maxAmount).length} digits in minor units of its currency`,
    examples: [29.99],
  });
const newQuantity = Type.Integer({
  minimum: 0,
  maximum: maxQuantity,
  description: "the line's new quantity; 0 removes the line",
  examples: [3],
});

export const itemName = text({ minLength: 1, maxLength: 255, description: "the item's name, for display", examples: ["Coffee cup"] });

export const itemAttributes = attributes(
  "the shop's data on the line, such as a size; the same item with other attributes is another line",
  {
    size: "L",
  },
);

const addedItem = {
  item_id: pathId("the item to add"),
  quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: maxQuantity, default: 1, description: "units to add", examples: [2] })),
  // Optional only for a service with signed prices or a check: see `requiresPrice`.
  price: Type.Optional(price("price of one unit, in the cart's currency; replaces the line's price")),
  signed_price: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 4096,
      pattern: "^[\\w-]+\\.[\\w-]+\\.[\\w-]+$",
      description:
        "instead of price and name: a JWS of both as the shop's catalogue has signed them, for this item with these `attributes`; needs a service with the catalogue's keys",
    }),
  ),
  name: Type.Optional(itemName),
  attributes: Type.Optional(itemAttributes),
};

const cartAttributes = { locale: "da-DK", note: "Ring twice" };

const details = {
  attributes: Type.Optional(
    Type.Record(attributeName, Type.Union([...attributeValue, Type.Null()]), {
      ...closed,
      minProperties: 1,
      maxProperties: 40,
      description: "attributes to set; null removes one, and those that are not named stay. At most 20 are left, with 1024 bytes as JSON",
      examples: [{ locale: "da-DK", note: null }],
    }),
  ),
  currency: Type.Optional(
    Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217; another currency is allowed while the cart is empty", examples: ["USD"] }),
  ),
};

/** What a cart has besides its lines: at least one of it. */
export const changeDetailsBody = Type.Object(details, { ...closed, minProperties: 1 });

const owner = {
  tenant_id: Type.Optional(opaqueId("the shop; a new cart without one belongs to `default`", "default")),
  currency: Type.Optional(
    Type.String({
      pattern: "^[A-Z]{3}$",
      description: "ISO 4217; an empty cart takes another currency, and a cart with lines must have this one",
      examples: ["USD"],
    }),
  ),
};

export const addItemBody = Type.Object(
  { user_id: userId("the user who owns the cart", "user-123"), ...addedItem, ...owner },
  {
    ...closed,
    examples: [
      {
        user_id: "user-123",
        item_id: "item-456",
        quantity: 2,
        price: 29.99,
        name: "Coffee cup",
        attributes: { size: "L" },
        tenant_id: "default",
        currency: "USD",
      },
    ],
  },
);

export const createCartBody = Type.Object(
  {
    user_id: userId("the user who owns the cart", "user-123"),
    ...owner,
    attributes: Type.Optional(
      attributes("the shop's data on the cart, such as a note, a reference to an e-mail address or a locale", cartAttributes),
    ),
  },
  closed,
);

const changedItem = {
  quantity: Type.Optional(newQuantity),
  price: Type.Optional(price("the line's new price of one unit, in the cart's currency")),
};

/** A line's new values: at least one. */
export const changeItemBody = Type.Object(changedItem, { ...closed, minProperties: 1 });

const addressedLine = { line_id: pathId(lineIdDescription) };

const addItemOperation = Type.Object({ op: Type.Literal("add_item"), ...addedItem }, closed);
const changeItemOperation = Type.Object(
  { op: Type.Literal("change_item"), ...addressedLine, ...changedItem },
  { ...closed, minProperties: 3 },
);
const removeItemOperation = Type.Object({ op: Type.Literal("remove_item"), ...addressedLine }, closed);
const clearOperation = Type.Object({ op: Type.Literal("clear") }, closed);

const adjustments = Type.Array(
  Type.Object(
    {
      kind: Type.Enum([...adjustmentKinds], { description: "what the amount is for" }),
      amount: Type.Number({
        minimum: -maxAmount,
        maximum: maxAmount,
        description: "what it adds to the total, in the cart's currency; a discount is negative",
        examples: [4.99],
      }),
      label: Type.Optional(text({ minLength: 1, maxLength: 255, description: "for display", examples: ["By bicycle"] })),
      reference: Type.Optional(opaqueId("what the shop calls the cause, such as a voucher", "SPRING")),
    },
    closed,
  ),
  {
    maxItems: 20,
    description: "all adjustments of the cart from now on",
    examples: [
      [
        { kind: "discount", amount: -5, label: "Spring sale", reference: "SPRING" },
        { kind: "shipping", amount: 4.99 },
      ],
    ],
  },
);

export const adjustmentsBody = Type.Object({ adjustments }, closed);

const setAdjustmentsOperation = Type.Object({ op: Type.Literal("set_adjustments"), adjustments }, closed);
const changeCartOperation = Type.Object({ op: Type.Literal("change_cart"), ...details }, { ...closed, minProperties: 2 });

const operations = [
  addItemOperation,
  changeItemOperation,
  removeItemOperation,
  clearOperation,
  changeCartOperation,
  setAdjustmentsOperation,
] as const;

export type OperationBody = Static<(typeof operations)[number]>;

/** Branches on `op`, so that the errors of an invalid operation are those of its own kind. */
const operationSchema = Type.Unsafe<OperationBody>({
  type: "object",
  description: "one change",
  discriminator: { propertyName: "op" },
  oneOf: [...operations],
});

export const changesBody = Type.Object(
  {
    user_id: Type.Optional(userId("the user who owns the cart; a new cart needs one, from here or from the token", "user-123")),
    ...owner,
    operations: Type.Array(operationSchema, {
      minItems: 1,
      maxItems: 100,
      description: "the changes, in their order",
      examples: [
        [
          { op: "add_item", item_id: "item-789", quantity: 1, price: 4.5 },
          { op: "change_item", line_id: "item-456", quantity: 3, price: 24.99 },
          { op: "remove_item", line_id: "item-789" },
        ],
      ],
    }),
  },
  closed,
);

/** The body of a command whose address says everything. */
export const emptyBody = Type.Object({}, closed);

export const purchaseBody = Type.Object({ order_id: opaqueId("the order that the cart became", "order-789") }, closed);

export const guestHeaders = Type.Object({
  ...commandHeaders.properties,
  "Guest-Token": Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 8_192,
      description:
        "the token of the guest as whom the customer shopped before logging in: with it, the customer's token may act on the guest's carts",
      examples: ["eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"],
    }),
  ),
});

const newOwner = (description: string) => Type.Optional(userId(description, "user-123"));

export const claimBody = Type.Object(
  { user_id: newOwner("the user who gets the cart; the user of the token unless it is an administrator's") },
  closed,
);

export const mergeBody = Type.Object(
  {
    user_id: newOwner(
      "the user who gets the target if it does not exist; the user of the token unless it is an administrator's. Without a user, the target must exist",
    ),
    target_cart_id: Type.String({ format: "uuid", description: "the cart that takes the lines", examples: [exampleTargetId] }),
    strategy: Type.Optional(
      Type.Enum(["add", "max"], {
        default: "add",
        description: "the quantity of an item that is in both carts: their sum, or the greater one",
      }),
    ),
  },
  closed,
);
