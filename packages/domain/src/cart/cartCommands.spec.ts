import { deciderSpec } from "@cart/testkit";
import { cartDecider } from "./cartAggregate.ts";
import type { AddItem, CartCommand } from "./cartCommands.ts";
import type { CartEvent } from "./cartEvents.ts";

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
const itemAdded = (changes: object = {}): CartEvent => ({
  type: "ItemAddedToCart",
  data: { item_id: "item-1", quantity: 2, unit_price: 2999, previous_unit_price: null, ...changes },
});
const removed: CartEvent = { type: "ItemRemovedFromCart", data: { item_id: "item-1" } };
const submitted: CartEvent = { type: "CartSubmitted", data: { total_amount: 5998, item_count: 2, line_count: 1 } };
const reopened: CartEvent = { type: "CartReopened", data: {} };
const mergedInto: CartEvent = { type: "CartMergedInto", data: { target_cart_id: otherCart, strategy: "add" } };
const abandoned: CartEvent = {
  type: "CartAbandoned",
  data: { last_activity_at: "2025-11-20T16:30:00.000Z", abandoned_after_minutes: 60 },
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
      given([created])
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

    it("accepts up to 1000 units on a line", () => {
      given([created, itemAdded({ quantity: 998 })])
        .when(addItem())
        .then([itemAdded()]);
    });

    it("refuses more than 1000 units on a line", () => {
      given([created, itemAdded({ quantity: 999 })])
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

  describe("change quantity", () => {
    const change = (quantity: number, itemId = "item-1") => ({ type: "ChangeItemQuantity", itemId, quantity }) as const;

    it("sets the quantity of the line", () => {
      given([created, itemAdded()])
        .when(change(1000))
        .then([{ type: "ItemQuantityChanged", data: { item_id: "item-1", quantity: 1000 } }]);
    });

    it("removes the line if the quantity is 0", () => {
      given([created, itemAdded()]).when(change(0)).then([removed]);
    });

    it("appends no event if the line already has the quantity", () => {
      given([created, itemAdded()]).when(change(2)).then([]);
    });

    it("refuses more than 1000 units, and an item that is not in the cart", () => {
      given([created, itemAdded()]).when(change(1001)).thenRejects("QUANTITY_LIMIT_EXCEEDED", "quantity");
      for (const quantity of [0, 1]) {
        given([created, itemAdded()]).when(change(quantity, "item-2")).thenRejects("ITEM_NOT_FOUND", "item_id");
      }
    });
  });

  describe("remove item", () => {
    it("removes the line from the cart", () => {
      given([created, itemAdded()]).when({ type: "RemoveItem", itemId: "item-1" }).then([removed]);
    });

    it("refuses an item that was never in the cart, or has been removed", () => {
      given([created, itemAdded(), removed]).when({ type: "RemoveItem", itemId: "item-1" }).thenRejects("ITEM_NOT_FOUND", "item_id");
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

    it("appends no event if the cart is abandoned, empty, in checkout or finished, so it may be repeated", () => {
      const others = [[abandoned], [abandoned, reminded(1)], [removed], [submitted], [purchased], [mergedInto]];
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
          { type: "ChangeItemQuantity", itemId: "item-1", quantity: 1 },
          { type: "ItemQuantityChanged", data: { item_id: "item-1", quantity: 1 } },
        ],
        [{ type: "ChangeItemQuantity", itemId: "item-1", quantity: 0 }, removed],
        [{ type: "RemoveItem", itemId: "item-1" }, removed],
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
      given(left).when({ type: "ChangeItemQuantity", itemId: "item-1", quantity: 2 }).then([]);
      given(left).when({ type: "RemoveItem", itemId: "item-2" }).thenRejects("ITEM_NOT_FOUND", "item_id");
      given(left)
        .when(addItem({ userId: "user-2" }))
        .thenRejects("CART_OWNED_BY_ANOTHER_USER", "user_id");
    });
  });

  describe("refuses changes if its status is", () => {
    const changes: readonly CartCommand[] = [
      addItem(),
      { type: "ChangeItemQuantity", itemId: "item-1", quantity: 1 },
      { type: "RemoveItem", itemId: "item-1" },
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
