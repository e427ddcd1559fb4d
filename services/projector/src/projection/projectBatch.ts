import { cartAggregateType } from "@cart/domain";
import type { EventEnvelope } from "@cart/messaging";
import type { DeadLetter } from "../deadLetters/deadLetter.ts";
import type { IncomingMessage } from "./incomingMessage.ts";
import { noCart, type ProjectedCart } from "./projectedCart.ts";
import { isUnprojectable, projectEvent, ProjectionError } from "./projectEvent.ts";

/** What the read model has of the carts that a batch touches. */
export type BatchState = {
  /** By id; a cart without an entry does not exist. */
  readonly carts: ReadonlyMap<string, ProjectedCart>;
  /** The carts that have a dead letter. */
  readonly parked: ReadonlySet<string>;
};

export type CartChange = { readonly id: string; readonly before: ProjectedCart; readonly after: ProjectedCart };

export type BatchResult = {
  /** One for each cart that changed. */
  readonly changes: readonly CartChange[];
  readonly deadLetters: readonly DeadLetter[];
  /** Messages whose version the cart had already. */
  readonly duplicates: number;
  /** The events whose effect is in `changes`. */
  readonly projected: readonly EventEnvelope[];
};

/**
 * Folds messages, in their order, into the carts. For each cart: a version that it
 * has is skipped, a gap is never jumped, and behind a message that cannot be
 * projected all later ones become dead letters too, in order.
 */
export const projectBatch = ({ carts, parked: parkedBefore }: BatchState, messages: readonly IncomingMessage[]): BatchResult => {
  const current = new Map<string, ProjectedCart>();
  const parked = new Set(parkedBefore);
  const deadLetters: DeadLetter[] = [];
  const projected: EventEnvelope[] = [];
  let duplicates = 0;

  const bury = (deadLetter: DeadLetter): void => {
    deadLetters.push(deadLetter);
    if (deadLetter.aggregateId !== undefined) parked.add(deadLetter.aggregateId);
  };

  for (const incoming of messages) {
    if (incoming.kind === "UNREADABLE") {
      bury(incoming.deadLetter);
      continue;
    }
    const { envelope, message } = incoming;
    const { aggregateId, version } = envelope;
    const cart = current.get(aggregateId) ?? carts.get(aggregateId) ?? noCart;
    // Before all else: what has had its effect is never judged again, not even by a program that no longer knows its type.
    if (envelope.aggregateType === cartAggregateType && version <= cart.version) {
      duplicates += 1;
      continue;
    }
    try {
      current.set(aggregateId, project(envelope, cart, parked.has(aggregateId)));
      projected.push(envelope);
    } catch (error) {
      if (!isUnprojectable(error)) throw error;
      // An event of another kind of aggregate says nothing about the cart that happens to have its id.
      const isCart = error.code !== "UNKNOWN_AGGREGATE_TYPE";
      bury({ message, code: error.code, reason: error.message, aggregateId: isCart ? aggregateId : undefined, version });
    }
  }

  const changes = [...current].map(([id, after]) => ({ id, before: carts.get(id) ?? noCart, after }));
  return { changes, deadLetters, duplicates, projected };
};

const project = ({ aggregateType, version, occurredAt, event }: EventEnvelope, cart: ProjectedCart, isParked: boolean): ProjectedCart => {
  if (aggregateType !== cartAggregateType) {
    throw new ProjectionError("UNKNOWN_AGGREGATE_TYPE", `the event is of a ${aggregateType}, expected ${cartAggregateType}`);
  }
  if (isParked) throw new ProjectionError("PARKED", "an earlier message of the cart is a dead letter");
  return projectEvent(cart, { version, occurredAt, event });
};
