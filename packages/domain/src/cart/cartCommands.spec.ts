import { deciderSpec } from "@cart/testkit";
import { expect } from "chai";
import { DomainError } from "../domainError.ts";
import { cartDecider, cartDeciderWithin } from "./cartAggregate.ts";
import type { Adjustment, StoredAdjustment } from "./adjustments.ts";
import type { Attributes } from "./attributes.ts";
import type { AddItem, CartCommand, CartOperation, ChangeDetails, CreateCart } from "./cartCommands.ts";
import type { CartEvent } from "./cartEvents.ts";
import { defaultCartLimits } from "./cartLimits.ts";
import type { Cart } from "./cartState.ts";

const { given } = deciderSpec(cartDecider);

const addItem = (changes: Partial<AddItem> = {}): AddItem => ({
  type: "AddItem",
  userId: "user-1",
  defaults: { tenantId: "default", currency: "USD" },
  itemId: "item-1",
  quantity: 2,
  price: 29.99,
  ...changes,
});

const otherCart = "00000000-0000-4000-8000-000000000002";
const created: CartEvent = { type: "CartCreated", data: { user_id: "user-1", tenant_id: "default", currency: "USD" } };
const itemAdded = ({ item_id = "item-1", ...changes }: { readonly item_id?: string } & Record<string, unknown> = {}): CartEvent => ({
  type: "ItemAddedToCart",
  data: { line_id: item_id, item_id, quantity: 2, unit_price: 2999, previous_unit_price: null, ...changes },
});
const removed: CartEvent = { type: "ItemRemovedFromCart", data: { line_id: "item-1", item_id: "item-1" } };
const submitted: CartEvent = { type: "CartSubmitted", data: { total_amount: 5998, item_count: 2, line_count: 1 } };
const reopened: CartEvent = { type: "CartReopened", data: {} };
const mergedInto: CartEvent = { type: "CartMergedInto", data: { target_cart_id: otherCart, strategy: "add" } };
const abandoned: CartEvent = {
  type: "CartAbandoned",
  data: { last_activity_at: "2025-11-20T16:30:00.000Z", abandoned_after_minutes: 60, stage: "cart" },
};
const reminded = (step: number): CartEvent => ({ type: "CartAbandonmentReminderDue", data: { step, after_minutes: 1440 } });
const purchased: CartEvent = { type: "CartPurchased", data: { order_id: "order-1", total_amount: 5998 } };

describe("cart", () => {
  describe("add item", () => {
    it("creates a cart that does not exist", () => {
      given([]).when(addItem()).then([created, itemAdded()]);
    });

    it("creates the cart with the tenant and currency that the client named", () => {
      given([])
        .when(addItem({ tenantId: "shop-1", currency: "JPY", price: 500 }))
        .then([{ type: "CartCreated", data: { user_id: "user-1", tenant_id: "shop-1", currency: "JPY" } }, itemAdded({ unit_price: 500 })]);
    });

    it("adds a line to a cart that exists", () => {
      given([created])
        .when(addItem({ name: "Teapot" }))
        .then([itemAdded({ name: "Teapot" })]);
    });

    it("raises the quantity of a line without a new price", () => {
      given([created, itemAdded()])
        .when(addItem({ quantity: 3 }))
        .then([itemAdded({ quantity: 3 })]);
    });

    it("re-prices a line, and the event names the previous price", () => {
      given([created, itemAdded()])
        .when(addItem({ price: 19.99 }))
        .then([itemAdded({ unit_price: 1999, previous_unit_price: 2999 })]);
      given([created, itemAdded({ unit_price: 0 })])
        .when(addItem())
        .then([itemAdded({ previous_unit_price: 0 })]);
    });

    it("reads the price in the cart's currency, not in the default currency", () => {
      given([{ type: "CartCreated", data: { user_id: "user-1", tenant_id: "default", currency: "KWD" } }])
        .when(addItem({ price: 1.005 }))
        .then([itemAdded({ unit_price: 1005 })]);
    });

    it("refuses a price with more decimals than the currency has", () => {
      given([created])
        .when(addItem({ price: 1.005 }))
        .thenRejects("PRICE_INVALID", "price");
    });

    it("refuses a currency that does not exist", () => {
      given([])
        .when(addItem({ currency: "ABC" }))
        .thenRejects("CURRENCY_UNKNOWN", "currency");
    });

    it("refuses a currency that is not the cart's", () => {
      given([created, itemAdded()])
        .when(addItem({ currency: "EUR" }))
        .thenRejects("CURRENCY_MISMATCH", "currency");
    });

    it("refuses a user that is not the cart's", () => {
      given([created])
        .when(addItem({ userId: "user-2" }))
        .thenRejects("CART_OWNED_BY_ANOTHER_USER", "user_id");
    });

    it("refuses a tenant that is not the cart's", () => {
      given([created])
        .when(addItem({ tenantId: "shop-2" }))
        .thenRejects("CART_OF_ANOTHER_TENANT", "tenant_id");
    });

    it("accepts up to 100,000 units on a line", () => {
      given([created, itemAdded({ quantity: 99_998 })])
        .when(addItem())
        .then([itemAdded()]);
    });

    it("refuses more than 100,000 units on a line", () => {
      given([created, itemAdded({ quantity: 99_999 })])
        .when(addItem())
        .thenRejects("QUANTITY_LIMIT_EXCEEDED", "quantity");
    });

    it("refuses a 501st line, and still raises the quantity of one of the 500", () => {
      const full = [created, ...Array.from({ length: 500 }, (_, line) => itemAdded({ item_id: `item-${line}` }))];
      given(full)
        .when(addItem({ itemId: "another" }))
        .thenRejects("LINE_LIMIT_EXCEEDED", "item_id");
      given(full).when(addItem()).then([itemAdded()]);
    });
  });

  describe("lines", () => {
    const large = { size: "L", gift: true };
    const added = (changes: object): CartEvent => itemAdded({ line_id: "1ce7f6f0-1b50-54c3-bd9d-8a3a0d4d7d54", ...changes });
    const [lineOfLarge] = [cartDecider.decide(addItem({ attributes: large }), cartDecider.initialState, 0)[1]].flatMap((event) =>
      event?.type === "ItemAddedToCart" ? [event.data.line_id] : [],
    );
    const largeLine = itemAdded({ line_id: lineOfLarge, attributes: { gift: true, size: "L" } });

    it("differ for one item with other attributes, whatever their order", () => {
      expect(lineOfLarge).to.be.a("string").that.does.not.equal("item-1");
      given([created, itemAdded()])
        .when(addItem({ attributes: large }))
        .then([largeLine]);
      given([created, itemAdded(), largeLine])
        .when(addItem({ attributes: { gift: true, size: "L" } }))
        .then([largeLine]);
      given([created, largeLine]).when(addItem()).then([itemAdded()]);
      given([created, largeLine])
        .when(addItem({ attributes: {} }))
        .then([itemAdded()]);
    });

    it("get their ids from the function that is passed, and an equal item finds its line whatever its id", () => {
      const { given: givenSecret } = deciderSpec(
        cartDeciderWithin({ ...defaultCartLimits, lineIds: (text, owner) => `secret of ${owner.userId} at ${owner.tenantId} for ${text}` }),
      );
      const withSecret = itemAdded({
        line_id: 'secret of user-1 at default for ["item-1","{\\"gift\\":true,\\"size\\":\\"L\\"}",0]',
        attributes: { gift: true, size: "L" },
      });
      givenSecret([])
        .when(addItem({ attributes: large }))
        .then([created, withSecret]);
      givenSecret([created])
        .when(addItem({ attributes: large }))
        .then([withSecret]);
      givenSecret([created, withSecret])
        .when(addItem({ attributes: large }))
        .then([withSecret]);
      givenSecret([created, largeLine])
        .when(addItem({ attributes: large }))
        .then([largeLine]);
      givenSecret([created]).when(addItem()).then([itemAdded()]);
      given([created, withSecret])
        .when(addItem({ attributes: large }))
        .then([withSecret]);
    });

    it("never share an id, even if an item is called as the derived id of another line", () => {
      const called = itemAdded({ item_id: String(lineOfLarge) });
      const [event] = cartDecider.decide(
        addItem({ attributes: large }),
        [created, called].reduce(cartDecider.evolve, cartDecider.initialState),
        2,
      );
      expect(event?.type === "ItemAddedToCart" && event.data.line_id)
        .to.be.a("string")
        .that.does.not.equal(lineOfLarge);
      const [other] = cartDecider.decide(
        addItem({ itemId: String(lineOfLarge) }),
        [created, largeLine].reduce(cartDecider.evolve, cartDecider.initialState),
        2,
      );
      expect(other?.type === "ItemAddedToCart" && other.data.line_id)
        .to.be.a("string")
        .that.does.not.equal(lineOfLarge);
    });

    it("are addressed by their id, and by their item's id if the item has one line", () => {
      const data = { line_id: String(lineOfLarge), item_id: "item-1" };
      given([created, largeLine])
        .when({ type: "RemoveItem", lineId: "item-1" })
        .then([{ type: "ItemRemovedFromCart", data }]);
      const two = [created, largeLine, added({ attributes: { size: "M" } })];
      given(two)
        .when({ type: "RemoveItem", lineId: data.line_id })
        .then([{ type: "ItemRemovedFromCart", data }]);
      given(two).when({ type: "RemoveItem", lineId: "item-1" }).thenRejects("ITEM_AMBIGUOUS", "item_id");
      given(two).when({ type: "ChangeItem", lineId: "item-1", quantity: 1 }).thenRejects("ITEM_AMBIGUOUS", "item_id");
      given([created, largeLine, itemAdded()]).when({ type: "RemoveItem", lineId: "item-1" }).then([removed]);
    });

    it("refuse attributes of more than 1024 bytes", () => {
      const text = (letters: number) => ({ a: "é".repeat(letters), b: "é".repeat(200) });
      const overhead = Buffer.byteLength(JSON.stringify(text(0))) - 400;
      given([created])
        .when(addItem({ attributes: { ...text((1024 - 400 - overhead) / 2 + 1) } }))
        .thenRejects("ATTRIBUTES_TOO_LARGE", "attributes");
      const [fits] = cartDecider.decide(
        addItem({ attributes: text(Math.floor((1024 - 400 - overhead) / 2)) }),
        cartDecider.evolve(cartDecider.initialState, created),
        1,
      );
      expect(fits?.type).to.equal("ItemAddedToCart");
    });
  });

  describe("change price", () => {
    const price = (value: number, more: object = {}): CartCommand => ({ type: "ChangeItem", lineId: "item-1", price: value, ...more });
    const priced = (unit_price: number, previous_unit_price = 2999): CartEvent => ({
      type: "ItemPriceChanged",
      data: { line_id: "item-1", item_id: "item-1", unit_price, previous_unit_price },
    });
    const quantity: CartEvent = { type: "ItemQuantityChanged", data: { line_id: "item-1", item_id: "item-1", quantity: 5 } };

    it("re-prices a line, and names its price before", () => {
      given([created, itemAdded()])
        .when(price(19.99))
        .then([priced(1999)]);
      given([created, itemAdded()]).when(price(29.99)).then([]);
    });

    it("goes with a quantity, and first if it falls", () => {
      given([created, itemAdded()])
        .when(price(39.99, { quantity: 5 }))
        .then([quantity, priced(3999)]);
      given([created, itemAdded()])
        .when(price(19.99, { quantity: 5 }))
        .then([priced(1999), quantity]);
      given([created, itemAdded()])
        .when(price(19.99, { quantity: 0 }))
        .then([removed]);
    });

    it("leaves an abandoned cart abandoned, unless the quantity changes too", () => {
      given([created, itemAdded(), abandoned])
        .when(price(19.99))
        .then([priced(1999)]);
      given([created, itemAdded(), abandoned])
        .when(price(39.99, { quantity: 5 }))
        .then([reopened, quantity, priced(3999)]);
    });

    it("refuses a price with too many decimals, and a cart whose amounts would have more than 15 digits", () => {
      given([created, itemAdded()]).when(price(1.999)).thenRejects("PRICE_INVALID", "price");
      given([created, itemAdded({ quantity: 1 })])
        .when(price(9_999_999_999_999.99))
        .then([priced(999_999_999_999_999)]);
      given([created, itemAdded()]).when(price(9_999_999_999_999.99)).thenRejects("AMOUNT_LIMIT_EXCEEDED", "price");
      given([created, itemAdded({ unit_price: 10_000_000_000 })])
        .when({ type: "ChangeItem", lineId: "item-1", quantity: 100_000 })
        .thenRejects("AMOUNT_LIMIT_EXCEEDED", "quantity");
      given([created, itemAdded()])
        .when(addItem({ itemId: "item-2", price: 9_999_999_999_999.99, quantity: 1 }))
        .thenRejects("AMOUNT_LIMIT_EXCEEDED", "price");
    });

    it("takes dear things in small currencies", () => {
      given([])
        .when(addItem({ currency: "VND", price: 25_990_000, quantity: 100_000 }))
        .then([
          { type: "CartCreated", data: { user_id: "user-1", tenant_id: "default", currency: "VND" } },
          itemAdded({ quantity: 100_000, unit_price: 25_990_000 }),
        ]);
    });

    it("still lowers a cart that is above the limit, as carts of earlier releases may be", () => {
      given([created, itemAdded({ quantity: 1000, unit_price: 9_000_000_000_000 })])
        .when({ type: "ChangeItem", lineId: "item-1", quantity: 999 })
        .then([{ type: "ItemQuantityChanged", data: { line_id: "item-1", item_id: "item-1", quantity: 999 } }]);
    });
  });

  describe("create", () => {
    const create = (changes: Partial<CreateCart> = {}): CreateCart => ({
      type: "CreateCart",
      userId: "user-1",
      defaults: { tenantId: "default", currency: "USD" },
      ...changes,
    });

    it("creates an empty cart, with its attributes", () => {
      given([]).when(create()).then([created]);
      given([])
        .when(create({ attributes: { locale: "da-DK" } }))
        .then([created, { type: "CartAttributesChanged", data: { attributes: { locale: "da-DK" } } }]);
      given([])
        .when(create({ currency: "ABC" }))
        .thenRejects("CURRENCY_UNKNOWN", "currency");
    });

    it("leaves a cart of the same user as it is, and refuses any other", () => {
      for (const events of [[], [itemAdded()], [itemAdded(), submitted], [itemAdded(), abandoned]])
        given([created, ...events])
          .when(create({ attributes: { locale: "da-DK" }, tenantId: "default", currency: "USD" }))
          .then([]);
      given([created])
        .when(create({ userId: "user-2" }))
        .thenRejects("CART_OWNED_BY_ANOTHER_USER", "user_id");
      given([created])
        .when(create({ tenantId: "shop-2" }))
        .thenRejects("CART_OF_ANOTHER_TENANT", "tenant_id");
      given([created])
        .when(create({ currency: "EUR" }))
        .thenRejects("CURRENCY_MISMATCH", "currency");
      given([created, itemAdded(), purchased]).when(create()).thenRejects("CART_CLOSED");
    });
  });

  describe("change details", () => {
    const details = (changes: Omit<ChangeDetails, "type">): CartCommand => ({ type: "ChangeDetails", ...changes });
    const attributed = (attributes: Attributes): CartEvent => ({ type: "CartAttributesChanged", data: { attributes } });
    const toEuro: CartEvent = { type: "CartCurrencyChanged", data: { currency: "EUR", previous_currency: "USD" } };

    it("sets the attributes that are named, removes those that are null, and keeps the others", () => {
      const before = [created, attributed({ email: "ref-1", locale: "da-DK" })];
      given(before)
        .when(details({ attributes: { note: "Ring", email: null } }))
        .then([attributed({ locale: "da-DK", note: "Ring" })]);
      given(before)
        .when(details({ attributes: { locale: "da-DK", none: null } }))
        .then([]);
      given(before)
        .when(details({ attributes: { email: null, locale: null } }))
        .then([attributed({})]);
    });

    it("refuses more than 20 attributes, or more than 1024 bytes of them, also if they are added one by one", () => {
      const many = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`a${n}`, n]));
      given([created, attributed(many)])
        .when(details({ attributes: { more: true } }))
        .thenRejects("ATTRIBUTES_TOO_LARGE", "attributes");
      given([created, attributed({ a: "x".repeat(500), b: "x".repeat(450) })])
        .when(details({ attributes: { c: "x".repeat(100) } }))
        .thenRejects("ATTRIBUTES_TOO_LARGE", "attributes");
    });

    it("gives an empty cart another currency, also with the first item", () => {
      given([created])
        .when(details({ currency: "EUR" }))
        .then([toEuro]);
      given([created, itemAdded(), removed])
        .when(addItem({ currency: "EUR" }))
        .then([toEuro, itemAdded()]);
      given([created])
        .when(addItem({ currency: "JPY", price: 1.5 }))
        .thenRejects("PRICE_INVALID", "price");
      given([created])
        .when(details({ currency: "ABC" }))
        .thenRejects("CURRENCY_UNKNOWN", "currency");
      given([created, itemAdded()])
        .when(details({ currency: "EUR" }))
        .thenRejects("CURRENCY_MISMATCH", "currency");
    });

    it("reopens an abandoned cart, and is refused at checkout", () => {
      given([created, itemAdded(), abandoned])
        .when(details({ attributes: { note: "Ring" } }))
        .then([reopened, attributed({ note: "Ring" })]);
      given([created, itemAdded(), submitted])
        .when(details({ attributes: { note: "Ring" } }))
        .thenRejects("CART_SUBMITTED");
    });
  });

  describe("set adjustments", () => {
    const set = (...adjustments: readonly Adjustment[]): CartCommand => ({ type: "SetAdjustments", adjustments });
    const adjusted = (...adjustments: readonly StoredAdjustment[]): CartEvent => ({
      type: "CartAdjustmentsChanged",
      data: { adjustments: [...adjustments] },
    });
    const shipping: StoredAdjustment = { kind: "shipping", amount: 499, label: "By bicycle" };
    const discount: StoredAdjustment = { kind: "discount", amount: -500, reference: "SPRING" };
    const both = set({ ...discount, amount: -5 }, { ...shipping, amount: 4.99 });
    const stateOf = (...events: readonly CartEvent[]): Cart => events.reduce(cartDecider.evolve, cartDecider.initialState);

    it("replaces them, with signs and kinds", () => {
      given([created, itemAdded()])
        .when(both)
        .then([adjusted(discount, shipping)]);
      given([created, itemAdded(), adjusted(discount, shipping)])
        .when(both)
        .then([]);
      given([created, itemAdded(), adjusted(discount, shipping)])
        .when(set())
        .then([adjusted()]);
      given([created]).when(set()).then([]);
    });

    it("become stale once lines change, and fresh once the shop sets them again", () => {
      const fresh = [created, itemAdded(), adjusted(shipping)];
      expect(stateOf(...fresh)).to.include({ areAdjustmentsStale: false });
      const lineData = { line_id: "item-1", item_id: "item-1" };
      const changes: readonly CartEvent[] = [
        itemAdded(),
        removed,
        { type: "CartCleared", data: {} },
        { type: "ItemQuantityChanged", data: { ...lineData, quantity: 1 } },
        { type: "ItemPriceChanged", data: { ...lineData, unit_price: 1, previous_unit_price: 2999 } },
      ];
      for (const change of changes) expect(stateOf(...fresh, change), change.type).to.include({ areAdjustmentsStale: true });
      for (const other of [submitted, abandoned]) expect(stateOf(...fresh, other), other.type).to.include({ areAdjustmentsStale: false });
      expect(stateOf(created, itemAdded())).to.include({ areAdjustmentsStale: false });
      given([...fresh, itemAdded()])
        .when(set({ ...shipping, amount: 4.99 }))
        .then([adjusted(shipping)]);
    });

    it("count in the total at submission and purchase, which is never below 0", () => {
      const total = 5998 - 500 + 499;
      given([created, itemAdded(), adjusted(discount, shipping)])
        .when({ type: "SubmitCart" })
        .then([{ type: "CartSubmitted", data: { total_amount: total, item_count: 2, line_count: 1 } }]);
      given([created, itemAdded(), adjusted({ kind: "discount", amount: -6_000 })])
        .when({ type: "PurchaseCart", orderId: "order-1" })
        .then([{ type: "CartPurchased", data: { order_id: "order-1", total_amount: 0 } }]);
    });

    it("leave an abandoned cart abandoned, and are frozen by submission", () => {
      given([created, itemAdded(), abandoned])
        .when(set({ kind: "fee", amount: 1 }))
        .then([adjusted({ kind: "fee", amount: 100 })]);
      given([created, itemAdded(), submitted]).when(both).thenRejects("CART_SUBMITTED");
      given([]).when(both).thenRejects("CART_NOT_FOUND");
    });

    it("are dropped with the currency in which they are", () => {
      expect(
        stateOf(created, adjusted(shipping), { type: "CartCurrencyChanged", data: { currency: "EUR", previous_currency: "USD" } }),
      ).to.deep.include({
        adjustments: [],
        areAdjustmentsStale: false,
      });
    });

    it("refuses positive discounts, too many decimals, and amounts of more than 15 digits", () => {
      given([created])
        .when(set({ kind: "fee", amount: 1 }, { kind: "discount", amount: 1 }))
        .thenRejects("ADJUSTMENT_INVALID", "adjustments/1/amount");
      given([created])
        .when(set({ kind: "tax", amount: -1.005 }))
        .thenRejects("PRICE_INVALID", "adjustments/0/amount");
      const most = 9_999_999_999_999.99;
      given([created])
        .when(set({ kind: "fee", amount: most }))
        .then([adjusted({ kind: "fee", amount: 999_999_999_999_999 })]);
      for (const [first, second] of [
        [most, 0.01],
        [-most, -0.01],
      ] as const)
        given([created])
          .when(set({ kind: "tax", amount: first }, { kind: "tax", amount: second }))
          .thenRejects("AMOUNT_LIMIT_EXCEEDED", "adjustments");
      given([created, itemAdded()])
        .when(set({ kind: "fee", amount: most }))
        .thenRejects("AMOUNT_LIMIT_EXCEEDED", "adjustments");
      given([created, adjusted({ kind: "fee", amount: 999_999_999_999_999 })])
        .when(addItem())
        .thenRejects("AMOUNT_LIMIT_EXCEEDED", "price");
    });
  });

  describe("claim", () => {
    const claim: CartCommand = { type: "ClaimCart", userId: "user-2" };
    const claimed: CartEvent = { type: "CartClaimed", data: { user_id: "user-2", previous_user_id: "user-1" } };

    it("gives a cart to another user once, also at checkout", () => {
      given([created]).when(claim).then([claimed]);
      given([created, itemAdded(), submitted]).when(claim).then([claimed]);
      given([created, itemAdded(), claimed]).when(claim).then([]);
      given([created, itemAdded(), claimed, purchased]).when(claim).then([]);
    });

    it("makes the new owner the only one who adds items", () => {
      given([created, claimed])
        .when(addItem({ userId: "user-2" }))
        .then([itemAdded()]);
      given([created, claimed]).when(addItem()).thenRejects("CART_OWNED_BY_ANOTHER_USER", "user_id");
    });

    it("reopens an abandoned cart, because its customer is back", () => {
      given([created, itemAdded(), abandoned]).when(claim).then([reopened, claimed]);
    });

    it("refuses a cart that does not exist or takes no more changes", () => {
      given([]).when(claim).thenRejects("CART_NOT_FOUND");
      given([created, itemAdded(), purchased]).when(claim).thenRejects("CART_CLOSED");
      given([created, itemAdded(), mergedInto]).when(claim).thenRejects("CART_MERGED");
    });
  });

  describe("several changes", () => {
    const change = (...operations: readonly CartOperation[]): CartCommand => ({ type: "ChangeCart", operations });
    const remove: CartOperation = { type: "RemoveItem", lineId: "item-1" };

    it("are each decided on the result of those before it", () => {
      given([])
        .when(change(addItem(), { type: "ChangeItem", lineId: "item-1", price: 19.99 }, remove, { type: "ClearCart" }))
        .then([
          created,
          itemAdded(),
          { type: "ItemPriceChanged", data: { line_id: "item-1", item_id: "item-1", unit_price: 1999, previous_unit_price: 2999 } },
          removed,
        ]);
    });

    it("reopen an abandoned cart once", () => {
      given([created, itemAdded(), abandoned]).when(change(addItem(), remove)).then([reopened, itemAdded(), removed]);
    });

    it("are refused as a whole, and the refusal names the operation", () => {
      const refused = change(addItem(), remove, remove, addItem());
      given([created]).when(refused).thenRejects("ITEM_NOT_FOUND", "item_id");
      expect(() => cartDecider.decide(refused, cartDecider.evolve(cartDecider.initialState, created), 1))
        .to.throw(DomainError)
        .with.deep.property("facts", { operation: 2 });
    });

    it("create no cart without a user", () => {
      given([])
        .when(change(addItem({ userId: undefined })))
        .thenRejects("CART_NOT_FOUND", "user_id");
      given([created])
        .when(change(addItem({ userId: undefined })))
        .then([itemAdded()]);
    });
  });

  describe("change quantity", () => {
    const change = (quantity: number, lineId = "item-1") => ({ type: "ChangeItem", lineId, quantity }) as const;

    it("sets the quantity of the line", () => {
      given([created, itemAdded()])
        .when(change(100_000))
        .then([{ type: "ItemQuantityChanged", data: { line_id: "item-1", item_id: "item-1", quantity: 100_000 } }]);
    });

    it("removes the line if the quantity is 0", () => {
      given([created, itemAdded()]).when(change(0)).then([removed]);
    });

    it("appends no event if the line already has the quantity", () => {
      given([created, itemAdded()]).when(change(2)).then([]);
    });

    it("refuses more than 100,000 units, and an item that is not in the cart", () => {
      given([created, itemAdded()]).when(change(100_001)).thenRejects("QUANTITY_LIMIT_EXCEEDED", "quantity");
      for (const quantity of [0, 1]) {
        given([created, itemAdded()]).when(change(quantity, "item-2")).thenRejects("ITEM_NOT_FOUND", "item_id");
      }
    });
  });

  describe("remove item", () => {
    it("removes the line from the cart", () => {
      given([created, itemAdded()]).when({ type: "RemoveItem", lineId: "item-1" }).then([removed]);
    });

    it("refuses an item that was never in the cart, or has been removed", () => {
      given([created, itemAdded(), removed]).when({ type: "RemoveItem", lineId: "item-1" }).thenRejects("ITEM_NOT_FOUND", "item_id");
    });

    it("makes room for another line", () => {
      const full = [created, ...Array.from({ length: 500 }, (_, line) => itemAdded({ item_id: `item-${line}` })), removed];
      given(full)
        .when(addItem({ itemId: "another" }))
        .then([itemAdded({ item_id: "another" })]);
    });
  });

  describe("clear", () => {
    it("removes every line, and appends no event for an empty cart", () => {
      const cleared: CartEvent = { type: "CartCleared", data: {} };
      given([created, itemAdded(), itemAdded({ item_id: "item-2" })])
        .when({ type: "ClearCart" })
        .then([cleared]);
      given([created, itemAdded(), cleared]).when({ type: "ClearCart" }).then([]);
    });
  });

  describe("submit", () => {
    it("freezes the cart with its totals", () => {
      given([created, itemAdded(), itemAdded({ item_id: "item-2", quantity: 3, unit_price: 10 })])
        .when({ type: "SubmitCart" })
        .then([{ type: "CartSubmitted", data: { total_amount: 6028, item_count: 5, line_count: 2 } }]);
    });

    it("appends no event if the cart is already submitted", () => {
      given([created, itemAdded(), submitted]).when({ type: "SubmitCart" }).then([]);
    });

    it("refuses an empty cart", () => {
      given([created]).when({ type: "SubmitCart" }).thenRejects("CART_EMPTY");
    });

    describe("with prices", () => {
      const second = (unit_price: number) => itemAdded({ item_id: "item-2", quantity: 3, unit_price });
      const submit = (first: number, other: number): CartCommand => ({
        type: "SubmitCart",
        prices: [
          { lineId: "item-2", price: other },
          { lineId: "item-1", price: first },
        ],
      });
      const priced = (item_id: string, unit_price: number, previous_unit_price: number): CartEvent => ({
        type: "ItemPriceChanged",
        data: { line_id: item_id, item_id, unit_price, previous_unit_price },
      });

      it("freezes the cart at these prices, and names only those that differ", () => {
        const frozen: CartEvent = { type: "CartSubmitted", data: { total_amount: 5060, item_count: 5, line_count: 2 } };
        given([created, itemAdded(), second(10)])
          .when(submit(25, 0.2))
          .then([priced("item-1", 2500, 2999), priced("item-2", 20, 10), frozen]);
        given([created, itemAdded(), second(20)])
          .when(submit(25, 0.2))
          .then([priced("item-1", 2500, 2999), frozen]);
        given([created, itemAdded({ unit_price: 2500 }), second(20), abandoned])
          .when(submit(25, 0.2))
          .then([reopened, frozen]);
      });

      it("changes no price of a cart that is submitted already", () => {
        given([created, itemAdded(), second(10), submitted])
          .when(submit(1, 1))
          .then([]);
      });

      it("sets the lower prices first, so that no version of the cart is beyond the limit", () => {
        given([created, itemAdded({ quantity: 1, unit_price: 999_999_999_999_900 }), second(1)])
          .when(submit(0, 100))
          .then([
            priced("item-1", 0, 999_999_999_999_900),
            priced("item-2", 10_000, 1),
            { type: "CartSubmitted", data: { total_amount: 30_000, item_count: 4, line_count: 2 } },
          ]);
      });

      it("refuses amounts beyond the limit, amounts that the currency does not have, and unknown lines", () => {
        given([created, itemAdded(), second(1)])
          .when(submit(1, 9_999_999_999_999.99))
          .thenRejects("AMOUNT_LIMIT_EXCEEDED", "price");
        given([created, itemAdded(), second(1)])
          .when(submit(1, 0.001))
          .thenRejects("PRICE_INVALID", "price");
        given([created, itemAdded()]).when(submit(1, 1)).thenRejects("ITEM_NOT_FOUND");
      });
    });
  });

  describe("reopen", () => {
    it("makes a submitted cart accept changes again", () => {
      given([created, itemAdded(), submitted]).when({ type: "ReopenCart" }).then([reopened]);
      given([created, itemAdded(), submitted, reopened]).when(addItem()).then([itemAdded()]);
    });

    it("appends no event if the cart is open", () => {
      given([created]).when({ type: "ReopenCart" }).then([]);
    });
  });

  describe("purchase", () => {
    it("closes the cart with its exact total at each line's last price", () => {
      given([
        created,
        itemAdded(),
        itemAdded({ item_id: "item-2", quantity: 3, unit_price: 10 }),
        itemAdded({ quantity: 1, unit_price: 1999, previous_unit_price: 2999 }),
      ])
        .when({ type: "PurchaseCart", orderId: "order-1" })
        .then([{ type: "CartPurchased", data: { order_id: "order-1", total_amount: 3 * 1999 + 3 * 10 } }]);
    });

    it("closes a submitted cart", () => {
      given([created, itemAdded(), submitted]).when({ type: "PurchaseCart", orderId: "order-1" }).then([purchased]);
    });

    it("appends no event if the cart is that order already, and refuses another order", () => {
      const bought = [created, itemAdded(), purchased];
      given(bought).when({ type: "PurchaseCart", orderId: "order-1" }).then([]);
      given(bought).when({ type: "PurchaseCart", orderId: "order-2" }).thenRejects("CART_CLOSED");
    });

    it("refuses an empty cart", () => {
      given([created]).when({ type: "PurchaseCart", orderId: "order-1" }).thenRejects("CART_EMPTY");
    });
  });

  describe("abandon", () => {
    const abandon: CartCommand = {
      type: "AbandonCart",
      lastActivityAt: new Date(Date.UTC(2025, 10, 20, 16, 30)),
      abandonedAfterMinutes: 60,
    };

    it("records the cart's last activity and the minutes that the policy allowed", () => {
      given([created, itemAdded()]).when(abandon).then([abandoned]);
      given([created, itemAdded(), abandoned, reopened, itemAdded()]).when(abandon).then([abandoned]);
    });

    it("records that a submitted cart was left at checkout; the customer's next command reopens the cart", () => {
      const left: CartEvent = { ...abandoned, data: { ...abandoned.data, stage: "checkout" } };
      given([created, itemAdded(), submitted]).when(abandon).then([left]);
      given([created, itemAdded(), submitted, left]).when({ type: "ReopenCart" }).then([reopened]);
      given([created, itemAdded(), submitted, left]).when({ type: "PurchaseCart", orderId: "order-1" }).then([reopened, purchased]);
      given([created, itemAdded(), submitted, left]).when({ type: "SubmitCart" }).then([reopened, submitted]);
    });

    it("appends no event if the cart is abandoned, empty or finished, so it may be repeated", () => {
      const others = [[abandoned], [abandoned, reminded(1)], [removed], [purchased], [mergedInto]];
      for (const events of others)
        given([created, itemAdded(), ...events])
          .when(abandon)
          .then([]);
    });

    it("refuses a cart that does not exist", () => {
      given([]).when(abandon).thenRejects("CART_NOT_FOUND");
    });
  });

  describe("remind", () => {
    const remind = (step: number): CartCommand => ({ type: "RemindOfAbandonment", step, afterMinutes: 1440 });
    const left = [created, itemAdded(), abandoned];

    it("appends one event for each step that is due", () => {
      given(left)
        .when(remind(1))
        .then([reminded(1)]);
      given([...left, reminded(1)])
        .when(remind(1))
        .then([]);
      given([...left, reminded(1)])
        .when(remind(2))
        .then([reminded(2)]);
    });

    it("may skip a step, and never returns to it", () => {
      given(left)
        .when(remind(3))
        .then([reminded(3)]);
      given([...left, reminded(3)])
        .when(remind(2))
        .then([]);
    });

    it("starts from step 1 again after the next abandonment", () => {
      given([...left, reminded(2), reopened, itemAdded(), abandoned])
        .when(remind(1))
        .then([reminded(1)]);
    });

    it("appends no event if the cart is not abandoned, so it may come too late", () => {
      for (const events of [[], [submitted], [purchased], [mergedInto], [abandoned, reminded(1), reopened]]) {
        given([created, itemAdded(), ...events])
          .when(remind(2))
          .then([]);
      }
      given([]).when(remind(1)).thenRejects("CART_NOT_FOUND");
    });
  });

  describe("that is abandoned", () => {
    const left = [created, itemAdded(), abandoned, reminded(1)];

    it("is reopened by any command that changes it, in the same decision", () => {
      const changes: readonly [command: CartCommand, event: CartEvent][] = [
        [addItem(), itemAdded()],
        [
          { type: "ChangeItem", lineId: "item-1", quantity: 1 },
          { type: "ItemQuantityChanged", data: { line_id: "item-1", item_id: "item-1", quantity: 1 } },
        ],
        [{ type: "ChangeItem", lineId: "item-1", quantity: 0 }, removed],
        [{ type: "RemoveItem", lineId: "item-1" }, removed],
        [{ type: "ClearCart" }, { type: "CartCleared", data: {} }],
        [{ type: "SubmitCart" }, submitted],
        [{ type: "PurchaseCart", orderId: "order-1" }, purchased],
      ];
      for (const [command, event] of changes) given(left).when(command).then([reopened, event]);
    });

    it("is reopened by `ReopenCart` alone", () => {
      given(left).when({ type: "ReopenCart" }).then([reopened]);
    });

    it("stays abandoned if a command changes nothing or is refused", () => {
      given(left).when({ type: "ChangeItem", lineId: "item-1", quantity: 2 }).then([]);
      given(left).when({ type: "RemoveItem", lineId: "item-2" }).thenRejects("ITEM_NOT_FOUND", "item_id");
      given(left)
        .when(addItem({ userId: "user-2" }))
        .thenRejects("CART_OWNED_BY_ANOTHER_USER", "user_id");
    });
  });

  describe("refuses changes if its status is", () => {
    const changes: readonly CartCommand[] = [
      addItem(),
      { type: "ChangeItem", lineId: "item-1", quantity: 1 },
      { type: "RemoveItem", lineId: "item-1" },
      { type: "ClearCart" },
    ];
    const all: readonly CartCommand[] = [
      ...changes,
      { type: "SubmitCart" },
      { type: "ReopenCart" },
      { type: "PurchaseCart", orderId: "order-2" },
    ];
    const cases: readonly [title: string, events: readonly CartEvent[], code: string, commands: readonly CartCommand[]][] = [
      ["none, because it does not exist", [], "CART_NOT_FOUND", all.slice(1)],
      ["submitted", [created, itemAdded(), submitted], "CART_SUBMITTED", changes],
      ["purchased", [created, itemAdded(), purchased], "CART_CLOSED", all],
      ["merged", [created, itemAdded(), mergedInto], "CART_MERGED", all],
    ];
    for (const [title, events, code, commands] of cases) {
      it(title, () => {
        for (const command of commands) given(events).when(command).thenRejects(code);
      });
    }
  });
});
