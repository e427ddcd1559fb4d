import { expect } from "chai";
import * as fc from "fast-check";
import { DomainError } from "../domainError.ts";
import { cartDecider, cartEventCodec } from "./cartAggregate.ts";
import { fromMinorUnits, maxAmount, toMinorUnits } from "../money/minorUnits.ts";
import type { Attributes } from "./attributes.ts";
import type { CartCommand, CartOperation } from "./cartCommands.ts";
import type { CartEvent } from "./cartEvents.ts";
import { maxLines, maxQuantity } from "./lineLimits.ts";
import { decideMerge, type MergeCart } from "./cartMerge.ts";
import { cartOwnership } from "./cartOwnership.ts";
import { type Cart, cartSnapshots, itemsAmount, totalAmount } from "./cartState.ts";

/** Lists the defects of a cart; the list is empty for every cart that may exist. */
const broken = (cart: Cart): readonly string[] => {
  if (cart.status === "NONE") return [];
  const lines = [...cart.lines];
  const rules: readonly [rule: string, holds: boolean][] = [
    [`at most ${maxLines} lines`, lines.length <= maxLines],
    ["each line under its id", lines.every(([id, { lineId }]) => id === lineId)],
    [
      "lines that differ in their item or attributes",
      new Set(lines.map(([, { itemId, attributes }]) => JSON.stringify([itemId, attributes]))).size === lines.length,
    ],
    [
      `whole quantities from 1 to ${maxQuantity}`,
      lines.every(([, { quantity }]) => Number.isInteger(quantity) && quantity >= 1 && quantity <= maxQuantity),
    ],
    ["prices in whole minor units", lines.every(([, { unitPrice }]) => Number.isSafeInteger(unitPrice) && unitPrice >= 0)],
    [
      "lines in the order of their positions",
      lines.every(([, { position }], index) => index === 0 || position > (lines[index - 1]?.[1].position ?? 0)),
    ],
    ["the next position is free", lines.every(([, { position }]) => position >= 1 && position < cart.nextPosition)],
    [
      "a total that is the same number in minor units and as a decimal amount",
      itemsAmount(cart) <= maxAmount &&
        totalAmount(cart) <= maxAmount &&
        toMinorUnits(fromMinorUnits(totalAmount(cart), cart.currency), cart.currency) === totalAmount(cart),
    ],
    [
      "lines in a cart that is submitted, purchased or abandoned",
      lines.length > 0 || !["SUBMITTED", "CLOSED", "ABANDONED"].includes(cart.status),
    ],
    ["an abandoned cart that knows it", cart.status !== "ABANDONED" || (cart.wasAbandoned && cart.remindedStep >= 0)],
  ];
  return rules.filter(([, holds]) => !holds).map(([rule]) => rule);
};

const itemId = fc.constantFrom("a", "b", "c", "d");
const quantity = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: maxQuantity }));
/** Prices up to the greatest one, some with more decimals than some currencies have. */
const price = fc
  .oneof(fc.integer({ min: 0, max: 1_000_000_000 }), fc.integer({ min: 0, max: maxAmount }))
  .map((thousandths) => thousandths / 1000);
const attributes = fc.constantFrom<Attributes | undefined>(
  undefined,
  undefined,
  { size: "L" },
  { size: "M", gift: true },
  { gift: true, size: "M" },
);

const addItem = fc
  .record({ itemId, quantity, price, attributes, name: fc.option(fc.constantFrom("Cup", "Bowl"), { nil: undefined }) })
  .map((values): CartOperation => ({ type: "AddItem", userId: "user-1", defaults: { tenantId: "default", currency: "KWD" }, ...values }));
const changeItem = fc.record({
  type: fc.constant("ChangeItem" as const),
  lineId: itemId,
  quantity: fc.option(fc.integer({ min: 0, max: maxQuantity + 1 }), { nil: undefined }),
  price: fc.option(price, { nil: undefined }),
});
const changeDetails = fc.record({
  type: fc.constant("ChangeDetails" as const),
  attributes: fc.constantFrom({ locale: "da-DK" }, { locale: null }, { note: "Ring", size: -0 }, undefined),
  currency: fc.constantFrom("KWD", "JPY", undefined),
});
const setAdjustments = fc.record({
  type: fc.constant("SetAdjustments" as const),
  adjustments: fc.array(
    fc.record({
      kind: fc.constantFrom("discount", "shipping", "tax", "fee"),
      amount: fc.tuple(fc.constantFrom(-1, 1), price).map(([sign, amount]) => sign * amount),
    }),
    { maxLength: 3 },
  ),
});
const removeItem = fc.record({ type: fc.constant("RemoveItem" as const), lineId: itemId });
const changeCart = fc.record({
  type: fc.constant("ChangeCart" as const),
  operations: fc.array(
    fc.oneof<[fc.Arbitrary<CartOperation>, fc.Arbitrary<CartOperation>, fc.Arbitrary<CartOperation>]>(addItem, changeItem, removeItem),
    { minLength: 1, maxLength: 4 },
  ),
});
const command: fc.Arbitrary<CartCommand> = fc.oneof(
  { weight: 5, arbitrary: addItem },
  {
    weight: 2,
    arbitrary: changeItem,
  },
  { weight: 2, arbitrary: removeItem },
  { weight: 2, arbitrary: changeCart },
  fc.constantFrom<CartCommand>({ type: "ClearCart" }, { type: "SubmitCart" }, { type: "ReopenCart" }),
  { weight: 2, arbitrary: changeDetails },
  { weight: 2, arbitrary: setAdjustments },
  { weight: 1, arbitrary: fc.constant<CartCommand>({ type: "ClaimCart", userId: "user-2" }) },
  { weight: 1, arbitrary: fc.constant<CartCommand>({ type: "PurchaseCart", orderId: "order-1" }) },
  { weight: 2, arbitrary: fc.constant<CartCommand>({ type: "AbandonCart", lastActivityAt: new Date(0), abandonedAfterMinutes: 60 }) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 4 }).map((step): CartCommand => ({ type: "RemindOfAbandonment", step, afterMinutes: step })),
  },
);

const cartIds = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"] as const;
const merge = fc
  .record({ source: fc.constantFrom(0, 1), strategy: fc.constantFrom("add", "max") })
  .map(({ source, strategy }): MergeCart => ({
    type: "MergeCart",
    sourceCartId: cartIds[source === 0 ? 0 : 1],
    targetCartId: cartIds[source === 0 ? 1 : 0],
    strategy,
  }));

/** Commands to two carts that may merge. */
type Step = { readonly cart: 0 | 1; readonly command: CartCommand | MergeCart };
const steps = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: fc.record({ cart: fc.constantFrom(0, 1), command }) },
    { weight: 1, arbitrary: merge.map((value): Step => ({ cart: value.sourceCartId === cartIds[0] ? 0 : 1, command: value })) },
  ),
  { maxLength: 60, size: "max" },
);

type History = { readonly events: readonly CartEvent[]; readonly states: readonly Cart[] };

/** Executes the commands and skips those that are refused; `states` has the cart before the first event and after each event. */
const play = (all: readonly Step[]): readonly [History, History] => {
  const events: [CartEvent[], CartEvent[]] = [[], []];
  const states: [Cart[], Cart[]] = [[cartDecider.initialState], [cartDecider.initialState]];
  const now = (cart: 0 | 1): Cart => states[cart].at(-1) ?? cartDecider.initialState;
  const record = (cart: 0 | 1, decided: readonly CartEvent[]): void => {
    for (const event of decided) {
      cartEventCodec.assertValid(event);
      events[cart].push(event);
      states[cart].push(cartDecider.evolve(now(cart), event));
    }
  };
  for (const { cart, command: value } of all) {
    try {
      const other = cart === 0 ? 1 : 0;
      if (value.type === "MergeCart") {
        const decided = decideMerge(value, now(cart), now(other));
        record(cart, decided.source);
        record(other, decided.target);
      } else {
        const before = now(cart);
        const decided = cartDecider.decide(value, before, events[cart].length);
        record(cart, decided);
        if (decided.length > 0) expect(now(cart), "a command that changes nothing says nothing").not.to.deep.equal(before);
      }
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }
  return [
    { events: events[0], states: states[0] },
    { events: events[1], states: states[1] },
  ];
};

describe("any commands", () => {
  it("never put a cart into an invalid state", () => {
    fc.assert(
      fc.property(steps, (all) => {
        for (const { states } of play(all)) for (const cart of states) expect(broken(cart)).to.deep.equal([]);
      }),
    );
  });

  it("leave a cart whose total, also at its submission and purchase, is the exact sum of its lines and adjustments, or 0", () => {
    fc.assert(
      fc.property(steps, (all) => {
        for (const { events, states } of play(all)) {
          for (const [index, cart] of states.entries()) {
            if (cart.status === "NONE") continue;
            const lines = [...cart.lines.values()];
            const items = lines.reduce((total, line) => total + BigInt(line.unitPrice) * BigInt(line.quantity), 0n);
            const adjusted = cart.adjustments.reduce((total, { amount }) => total + BigInt(amount), items);
            const sum = adjusted < 0n ? 0n : adjusted;
            expect(BigInt(totalAmount(cart))).to.equal(sum);
            const event = events[index - 1];
            if (event?.type === "CartSubmitted" || event?.type === "CartPurchased") expect(BigInt(event.data.total_amount)).to.equal(sum);
          }
        }
      }),
    );
  });

  it("fold to the same cart from the first event and from a snapshot at any version", () => {
    fc.assert(
      fc.property(steps, fc.nat(), (all, seed) => {
        for (const { events, states } of play(all)) {
          const at = seed % states.length;
          const snapshot: unknown = JSON.parse(JSON.stringify(cartSnapshots.toJson(states[at] ?? cartDecider.initialState)));
          const folded = events.slice(at).reduce(cartDecider.evolve, cartSnapshots.fromJson(snapshot));
          const last = states.at(-1);
          expect(folded).to.deep.equal(last);
          // deep.equal ignores the order of a Map.
          if (folded.status !== "NONE" && last?.status === folded.status)
            expect([...folded.lines.keys()]).to.deep.equal([...last.lines.keys()]);
        }
      }),
    );
  });

  it("leave a cart with the owner whom its owner events alone tell, and any snapshot with those after it", () => {
    const { ownerOf, ownerAfter, eventTypes, snapshotPaths } = cartOwnership;
    const isOwnerEvent = ({ type }: CartEvent): boolean => eventTypes.includes(type);
    fc.assert(
      fc.property(steps, fc.nat(), (all, seed) => {
        for (const { events, states } of play(all)) {
          const owner = ownerOf(states.at(-1) ?? cartDecider.initialState);
          expect(events.filter(isOwnerEvent).reduce(ownerAfter, undefined)).to.deep.equal(owner);
          const at = seed % states.length;
          const snapshot: unknown = JSON.parse(JSON.stringify(cartSnapshots.toJson(states[at] ?? cartDecider.initialState)));
          const { userId, tenantId } = snapshot as Readonly<Record<string, string | undefined>>;
          expect(snapshotPaths).to.deep.equal({ userId: "$.userId", tenantId: "$.tenantId" });
          const before = userId === undefined || tenantId === undefined ? undefined : { userId, tenantId };
          expect(events.slice(at).filter(isOwnerEvent).reduce(ownerAfter, before)).to.deep.equal(owner);
        }
      }),
    );
  });

  it("cause one reminder of a step for each abandonment, and only while the cart is abandoned", () => {
    fc.assert(
      fc.property(steps, (all) => {
        for (const { events } of play(all)) {
          let reminded: number[] | undefined;
          for (const event of events) {
            if (event.type === "CartAbandoned") reminded = [];
            else if (event.type === "CartAbandonmentReminderDue") {
              expect(reminded, "an abandoned cart").to.be.an("array").that.does.not.include(event.data.step);
              reminded?.push(event.data.step);
            } else if (event.type !== "ItemPriceChanged" && event.type !== "CartAdjustmentsChanged") {
              expect(reminded === undefined || event.type === "CartReopened", `${event.type} of an abandoned cart`).to.equal(true);
              reminded = undefined;
            }
          }
        }
      }),
    );
  });

  it("change nothing if the process that watches carts repeats them", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const twice = all.flatMap((one) =>
          one.command.type === "AbandonCart" || one.command.type === "RemindOfAbandonment" ? [one, one] : [one],
        );
        expect(play(twice)).to.deep.equal(play(all));
      }),
    );
  });

  it("reach every status and event, so that the properties are not vacuous", () => {
    const seen = new Set<string>();
    for (const all of fc.sample(steps, { numRuns: 300, seed: 6 })) {
      for (const { events, states } of play(all)) {
        for (const { type } of events) seen.add(type);
        for (const { status } of states) seen.add(status);
      }
    }
    const events = [
      "ItemAddedToCart",
      "ItemQuantityChanged",
      "ItemPriceChanged",
      "ItemRemovedFromCart",
      "CartCleared",
      "CartClaimed",
      "CartAttributesChanged",
      "CartCurrencyChanged",
      "CartAdjustmentsChanged",
      "CartReopened",
      "CartMergedFrom",
      "CartAbandonmentReminderDue",
    ];
    expect(seen).to.include.all.keys("OPEN", "ABANDONED", "SUBMITTED", "CLOSED", "MERGED", ...events);
  });
});
