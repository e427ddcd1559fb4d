import { isDeepStrictEqual } from "node:util";
import { type ConsumedMessage, decodeEventMessage } from "@cart/messaging";
import type { CommandType, LedgerEntry } from "../load/ledger.ts";
import { type StoredEvent, streamsOf } from "./eventStore.ts";
import type { Findings } from "./findings.ts";
import { groupBy } from "./groupBy.ts";
import { type CartView, viewOf } from "./readModel.ts";

/** Checks that every acknowledged command is stored once, exactly as its answer said, that every other command is stored completely or not at all, and that streams have no gap. */
export const compareLedgerWithStore = (ledger: readonly LedgerEntry[], stored: readonly StoredEvent[], findings: Findings): void => {
  for (const [cartId, events] of streamsOf(stored)) {
    events.forEach(({ version, id }, index) => {
      if (version !== index + 1) findings.add("lost", `cart ${cartId} has version ${version} where ${index + 1} should be`);
      if (id <= (events[index - 1]?.id ?? 0))
        findings.add("disordered", `cart ${cartId} has version ${version} stored before the one before`);
    });
  }

  const byCommand = groupBy(stored, ({ commandId }) => commandId);
  for (const entry of ledger) {
    const events = byCommand.get(entry.id) ?? [];
    byCommand.delete(entry.id);
    compareCommand(entry, events, findings);
  }
  for (const [commandId, events] of byCommand) {
    findings.add("wrong", `${events.length} events are stored of the command "${commandId}", which nobody sent`);
  }
};

const compareCommand = ({ id, cartIds, command, outcome }: LedgerEntry, events: readonly StoredEvent[], findings: Findings): void => {
  const text = `${id}, ${command} on ${cartIds.join(" and ")}`;
  if (events.some(({ cartId }) => !cartIds.includes(cartId))) findings.add("wrong", `${text}, is stored in another cart`);
  switch (outcome.kind) {
    case "acknowledged": {
      const expected = outcome.changes.flatMap((change) => change.events.map((event) => ({ ...event, cartId: change.cartId })));
      for (const { cartId, type, version } of expected) {
        const copies = events.filter((one) => one.cartId === cartId && one.type === type && one.version === version).length;
        if (copies === 0) findings.add("lost", `${text}: ${type} with version ${version} was acknowledged and is not stored`);
        if (copies > 1) findings.add("twice", `${text}: ${type} with version ${version} is stored ${copies} times`);
      }
      if (events.length > expected.length)
        findings.add("twice", `${text}: ${expected.length} events acknowledged, ${events.length} stored`);
      return;
    }
    case "refused":
      if (events.length > 0) findings.add("partial", `${text}: refused (${outcome.why}), but ${events.length} events are stored`);
      return;
    case "unknown":
      if (!isWhole(command, cartIds, events)) {
        const stored = events.map(({ cartId, type, version }) => `${type} ${version} of ${cartId}`).join(", ");
        findings.add("partial", `${text}: no answer (${outcome.why}), and stored are ${stored}`);
      }
      return;
    default:
      outcome satisfies never;
  }
};

/** Whether the events are none, or all events of one command, once. */
const isWhole = (command: CommandType, [cartId, targetId]: readonly string[], events: readonly StoredEvent[]): boolean => {
  if (events.length === 0) return true;
  const stored = events
    .map((event) => `${event.type} ${event.cartId}`)
    .toSorted()
    .join();
  switch (command) {
    case "AddItem": {
      // A cart's first event never comes alone: its item follows.
      const isFirst = events.some(({ version }) => version <= 2);
      return stored === (isFirst ? `CartCreated ${cartId},ItemAddedToCart ${cartId}` : `ItemAddedToCart ${cartId}`);
    }
    case "RemoveItem":
      return stored === `ItemRemovedFromCart ${cartId}`;
    case "PurchaseCart":
      return stored === `CartPurchased ${cartId}`;
    case "MergeCart":
      return stored === `CartMergedFrom ${targetId},CartMergedInto ${cartId}`;
    default:
      return command satisfies never;
  }
};

export type TopicComparison = {
  /** Messages that repeat the event of an earlier message. */
  readonly repeated: number;
  /** Messages that the system did not publish. */
  readonly foreign: number;
};

/** Checks that every stored event is in Kafka at least once, and that the first occurrences of a cart's events are in order. */
export const compareStoreWithTopic = (
  stored: readonly StoredEvent[],
  messages: readonly ConsumedMessage[],
  isForeign: (message: ConsumedMessage) => boolean,
  findings: Findings,
): TopicComparison => {
  const storedById = new Map(stored.map((event) => [event.eventId, event]));
  const seen = new Set<string>();
  const reached = new Map<string, number>();
  let repeated = 0;
  let foreign = 0;
  for (const message of messages) {
    if (isForeign(message)) {
      foreign += 1;
      continue;
    }
    const { eventId, aggregateId, version, event } = decodeEventMessage(message);
    const own = storedById.get(eventId);
    if (own === undefined || own.cartId !== aggregateId || own.version !== version || own.type !== event.type) {
      findings.add("wrong", `Kafka has ${event.type} with version ${version} of cart ${aggregateId}, which is not stored`);
      continue;
    }
    if (!isDeepStrictEqual(own.data, event.data))
      findings.add("wrong", `the data of event ${eventId} is another in Kafka than in the store`);
    if (seen.has(eventId)) {
      repeated += 1;
      continue;
    }
    seen.add(eventId);
    const before = reached.get(aggregateId) ?? 0;
    if (version !== before + 1) findings.add("disordered", `cart ${aggregateId}: version ${version} came to Kafka after ${before}`);
    reached.set(aggregateId, Math.max(before, version));
  }
  for (const { eventId, cartId, version, type } of stored) {
    if (!seen.has(eventId)) findings.add("lost", `${type} with version ${version} of cart ${cartId} is stored and not in Kafka`);
  }
  return { repeated, foreign };
};

/** Checks that each cart in the read model equals the fold of its events. */
export const compareStoreWithViews = (stored: readonly StoredEvent[], views: ReadonlyMap<string, CartView>, findings: Findings): void => {
  const streams = streamsOf(stored);
  for (const [cartId, events] of streams) {
    const expected = viewOf(events);
    const actual = views.get(cartId);
    if (actual === undefined) findings.add("lost", `cart ${cartId} has ${expected.version} events and no view`);
    else if (actual.version < expected.version) {
      findings.add("lost", `the view of cart ${cartId} has version ${actual.version}, its stream ${expected.version}`);
    } else if (!isDeepStrictEqual({ ...actual }, { ...expected })) {
      const violation = actual.itemCount > expected.itemCount ? "twice" : "wrong";
      findings.add(violation, `the view of cart ${cartId} is ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
    }
  }
  for (const cartId of views.keys())
    if (!streams.has(cartId)) findings.add("wrong", `there is a view of cart ${cartId}, which has no events`);
};
