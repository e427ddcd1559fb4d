import { type CartEvent, EventError, type EventErrorCode } from "@cart/domain";
import type { StreamCategory } from "@cart/event-store";
import { type ConsumedMessage, decodeEventMessage, type EventEnvelope, identifyMessage, MessageError } from "@cart/messaging";
import type { TimerEvent } from "../timers/cartProgress.ts";

/** What one message is to the timers. */
export type Incoming =
  | { readonly kind: "CART_EVENT"; readonly message: ConsumedMessage; readonly envelope: EventEnvelope; readonly event: TimerEvent }
  /** Something happened to the cart, but not what: the event store knows. */
  | { readonly kind: "CART"; readonly message: ConsumedMessage; readonly cartId: string; readonly reason: string }
  /** The tenant's policy has changed; what it is now is read from the event store. */
  | { readonly kind: "POLICY"; readonly message: ConsumedMessage; readonly policyId: string }
  /** It tells no aggregate. */
  | { readonly kind: "UNREADABLE"; readonly message: ConsumedMessage; readonly reason: string };

/** The streams of carts, and the topic of the policies' messages. */
export type MessageSources = { readonly carts: StreamCategory<CartEvent>; readonly policyTopic: string };

/**
 * Reads as much of a message as is needed. A policy's message is a signal whatever is
 * in it, and a cart's message that cannot be read becomes one too, so that no cart is
 * left without a timer because of it.
 */
export const readMessage = (message: ConsumedMessage, { carts, policyTopic }: MessageSources): Incoming => {
  if (message.topic === policyTopic) {
    const { aggregateId: policyId } = identifyMessage(message);
    return policyId === undefined ? { kind: "UNREADABLE", message, reason: "it tells no policy" } : { kind: "POLICY", message, policyId };
  }
  try {
    const envelope = decodeEventMessage(message);
    if (envelope.aggregateType === carts.type) return { kind: "CART_EVENT", message, envelope, event: timerEventOf(envelope, carts) };
    return { kind: "UNREADABLE", message, reason: `it is of a ${envelope.aggregateType}, expected ${carts.type}` };
  } catch (error) {
    if (!(error instanceof MessageError) && !(error instanceof EventError)) throw error;
    const { aggregateId: cartId } = identifyMessage(message);
    const reason = error.message;
    return cartId === undefined ? { kind: "UNREADABLE", message, reason } : { kind: "CART", message, cartId, reason };
  }
};

/** Throws an `EventError` for data that is not what its type and schema version say. */
const timerEventOf = ({ version, occurredAt, event }: EventEnvelope, { codec }: StreamCategory<CartEvent>): TimerEvent => {
  const { type } = event;
  try {
    return { version, occurredAt, type, event: codec.decode(event) };
  } catch (error) {
    if (error instanceof EventError && ofNewerPrograms.has(error.code)) return { version, occurredAt, type, event: undefined };
    throw error;
  }
};

const ofNewerPrograms: ReadonlySet<EventErrorCode> = new Set<EventErrorCode>(["UNKNOWN_EVENT_TYPE", "UNKNOWN_SCHEMA_VERSION"]);
