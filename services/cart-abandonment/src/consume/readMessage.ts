import { cartAggregateType } from "@cart/domain";
import { type ConsumedMessage, decodeEventMessage, type EventEnvelope, identifyMessage, MessageError } from "@cart/messaging";

/** What one message is to the timers. */
export type Incoming =
  | { readonly kind: "CART_EVENT"; readonly message: ConsumedMessage; readonly envelope: EventEnvelope }
  /** Something happened to the cart, but not what: the event store knows. */
  | { readonly kind: "CART"; readonly message: ConsumedMessage; readonly cartId: string; readonly reason: string }
  /** The tenant's policy has changed; what it is now is read from the event store. */
  | { readonly kind: "POLICY"; readonly message: ConsumedMessage; readonly policyId: string }
  /** It tells no aggregate. */
  | { readonly kind: "UNREADABLE"; readonly message: ConsumedMessage; readonly reason: string };

/**
 * Reads as much of a message as it needs. A policy's message is a signal whatever is
 * in it, and a cart's message that cannot be read becomes one too, so that no cart is
 * left without a timer because of it.
 */
export const readMessage = (message: ConsumedMessage, policyTopic: string): Incoming => {
  if (message.topic === policyTopic) {
    const { aggregateId: policyId } = identifyMessage(message);
    return policyId === undefined ? { kind: "UNREADABLE", message, reason: "it tells no policy" } : { kind: "POLICY", message, policyId };
  }
  try {
    const envelope = decodeEventMessage(message);
    if (envelope.aggregateType === cartAggregateType) return { kind: "CART_EVENT", message, envelope };
    return { kind: "UNREADABLE", message, reason: `it is of a ${envelope.aggregateType}, expected ${cartAggregateType}` };
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    const { aggregateId: cartId } = identifyMessage(message);
    const reason = error.message;
    return cartId === undefined ? { kind: "UNREADABLE", message, reason } : { kind: "CART", message, cartId, reason };
  }
};
