import { type Cart, cartDecider, cartEventCodec, type CartMilestone, type DomainEvent, milestonesOf } from "@cart/domain";
import type { ConsumedMessage } from "@cart/messaging";
import { expect } from "chai";
import { added, cartId, created, messageOf, purchased, stream, timeOf } from "../testing/cartMessages.ts";
import { cartDefinition } from "../carts/cartProjection.ts";
import { changedLines, type ProjectedCart } from "../carts/projectedCart.ts";
import { readMessage } from "./incomingMessage.ts";
import { type BatchState, projectBatch } from "./projectBatch.ts";
import { projectMessages } from "./projection.ts";

const emptyBatchState: BatchState<ProjectedCart> = { states: new Map(), parked: new Set() };

const project = (messages: readonly ConsumedMessage[], state: Partial<BatchState<ProjectedCart>> = {}) =>
  projectBatch(projectMessages(cartDefinition), { ...emptyBatchState, ...state }, messages.map(readMessage));
type Result = ReturnType<typeof project>;

const fold = (cart: Cart, ...events: readonly DomainEvent[]): Cart =>
  events.map((event) => cartEventCodec.decode({ ...event, schemaVersion: 1 })).reduce(cartDecider.evolve, cart);

const reachedBy = (events: readonly DomainEvent[]): Map<CartMilestone, Date> => {
  const reached = new Map<CartMilestone, Date>();
  for (const [index, event] of events.entries()) {
    const before = fold(cartDecider.initialState, ...events.slice(0, index));
    for (const milestone of milestonesOf(before, cartEventCodec.decode({ ...event, schemaVersion: 1 }))) {
      if (!reached.has(milestone)) reached.set(milestone, timeOf(index + 1));
    }
  }
  return reached;
};

const cartOf = (...events: readonly DomainEvent[]): ProjectedCart => ({
  version: events.length,
  cart: fold(cartDecider.initialState, ...events),
  createdAt: timeOf(1),
  updatedAt: timeOf(events.length),
  abandonedAt: null,
  reached: reachedBy(events),
});

const existing = (n: number, ...events: readonly DomainEvent[]) => new Map([[cartId(n), cartOf(...events)]]);

const deadLettersOf = ({ deadLetters }: Result) => deadLetters.map(({ code, aggregateId, version }) => ({ code, aggregateId, version }));

const versionsOf = ({ changes }: Result): Record<string, number> => Object.fromEntries(changes.map(({ id, after }) => [id, after.version]));

describe("projectBatch", () => {
  it("folds the interleaved events of several carts into the states that the domain computes", () => {
    const events = [created, added("a", 2), added("b"), added("a", 1, 900)];
    const one = stream(1, ...events);
    const two = stream(2, created, added("c"), purchased(1_000));
    const mixed = [one[0], two[0], one[1], two[1], two[2], one[2], one[3]].filter((message) => message !== undefined);

    const result = project(mixed);
    expect(new Map(result.changes.map(({ id, after }) => [id, after]))).to.deep.equal(
      new Map([
        [cartId(1), cartOf(...events)],
        [cartId(2), cartOf(created, added("c"), purchased(1_000))],
      ]),
    );
    expect(result).to.deep.include({ deadLetters: [], duplicates: 0 });
    expect(result.projected).to.have.length(7);
  });

  it("continues from the read model's state and keeps the time of the first event", () => {
    const { changes } = project([messageOf(1, 3, added("b"))], { states: existing(1, created, added("a")) });
    expect(changes.map(({ before, after }) => [before.version, after.version, after.createdAt, after.updatedAt])).to.deep.equal([
      [2, 3, timeOf(1), timeOf(3)],
    ]);
  });

  it("skips and counts events that the cart has already, from before the batch or from within it", () => {
    const messages = stream(1, created, added("a"));
    const result = project([...messages, ...messages, messageOf(2, 1, created)], { states: existing(2, created) });
    expect(result.duplicates).to.equal(3);
    expect(versionsOf(result)).to.deep.equal({ [cartId(1)]: 2 });
    expect(result.deadLetters).to.deep.equal([]);
  });

  it("skips a version that the cart has, even if its event type is unknown now", () => {
    const unknown = messageOf(1, 1, created, { eventType: "CartImported" });
    expect(project([unknown], { states: existing(1, created) })).to.deep.include({ duplicates: 1, deadLetters: [] });
  });

  const poison: readonly [string, string, ConsumedMessage][] = [
    ["a value that is not JSON", "INVALID_JSON", messageOf(1, 2, added("a"), { value: Buffer.from("{") })],
    ["a missing header", "MISSING_HEADER", messageOf(1, 2, added("a"), { headers: { ce_id: undefined } })],
    ["an unknown type", "UNKNOWN_EVENT_TYPE", messageOf(1, 2, added("a"), { eventType: "CartPainted" })],
    ["an unknown schema version", "UNKNOWN_SCHEMA_VERSION", messageOf(1, 2, added("a"), { schemaVersion: 9 })],
    ["data that does not fit its schema", "INVALID_EVENT_DATA", messageOf(1, 2, added("a"), { data: { item_id: 1 } })],
    ["an event that cannot follow", "NOT_APPLICABLE", messageOf(1, 3, added("a"))],
    ["a total that is not exact", "NOT_APPLICABLE", messageOf(1, 2, added("a", 1_000, Number.MAX_SAFE_INTEGER))],
    ["a gap", "VERSION_GAP", messageOf(1, 4, added("a"))],
  ];

  for (const [what, code, message] of poison) {
    it(`parks the cart of a message with ${what}, and no other`, () => {
      const before = code === "NOT_APPLICABLE" && what.startsWith("an event") ? [created, purchased(0)] : [created];
      const version = Number(message.headers["ce_aggregateversion"]?.toString());
      const result = project([
        ...stream(1, ...before),
        message,
        messageOf(1, version + 1, added("b")),
        ...stream(2, created),
        messageOf(1, version + 2, added("c")),
      ]);
      expect(deadLettersOf(result)).to.deep.equal([
        { code, aggregateId: cartId(1), version },
        { code: "PARKED", aggregateId: cartId(1), version: version + 1 },
        { code: "PARKED", aggregateId: cartId(1), version: version + 2 },
      ]);
      expect(versionsOf(result)).to.deep.equal({ [cartId(1)]: before.length, [cartId(2)]: 1 });
    });
  }

  it("queues an event behind a dead letter of an earlier batch", () => {
    const result = project([messageOf(1, 2, added("a")), messageOf(2, 1, created)], {
      states: existing(1, created),
      parked: new Set([cartId(1)]),
    });
    expect(deadLettersOf(result)).to.deep.equal([{ code: "PARKED", aggregateId: cartId(1), version: 2 }]);
    expect(versionsOf(result)).to.deep.equal({ [cartId(2)]: 1 });
  });

  it("parks no cart for an event of another aggregate type, nor for a message that names no cart", () => {
    const foreign = messageOf(1, 1, created, { aggregateType: "Order" });
    const nameless = { ...messageOf(1, 1, created, { headers: { ce_subject: Buffer.from("x") } }), key: null };
    const result = project([foreign, nameless, messageOf(1, 1, created)]);
    expect(deadLettersOf(result)).to.deep.equal([
      { code: "UNKNOWN_AGGREGATE_TYPE", aggregateId: undefined, version: 1 },
      { code: "INVALID_HEADER", aggregateId: undefined, version: 1 },
    ]);
    expect(versionsOf(result)).to.deep.equal({ [cartId(1)]: 1 });
  });
});

describe("changedLines", () => {
  it("returns the new and changed lines, and the ids of the removed ones", () => {
    const before = cartOf(created, added("a"), added("b")).cart;
    const after = fold(before, added("b", 2));
    if (after.status === "NONE" || before.status === "NONE") throw new Error("the cart is there");
    expect(changedLines(before, after).written.map(({ itemId, quantity }) => [itemId, quantity])).to.deep.equal([["b", 3]]);
    const emptied = { ...after, lines: new Map([...after.lines].filter(([itemId]) => itemId !== "a")) };
    expect(changedLines(before, emptied).removed).to.deep.equal(["a"]);
  });
});
