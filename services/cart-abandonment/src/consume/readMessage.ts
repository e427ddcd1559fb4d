import { type CartEvent, EventError, type EventErrorCode } from "@cart/domain";
import type { StreamCategory } from "@cart/event-store";
import { type ConsumedMessage, decodeEventMessage, type EventEnvelope, identifyMessage, MessageError } from "@cart/messaging";
import type { TimerEvent } from "../timers/cartProgress.ts";

/** Why a message cannot be read: a code, because a text may quote the message. */
type UnreadableCode = MessageError["code"] | EventErrorCode | "UNKNOWN_AGGREGATE" | "UNKNOWN_AGGREGATE_TYPE";

/** What one message means for the timers. */
export type Incoming =
  | { readonly kind: "CART_EVENT"; readonly message: ConsumedMessage; readonly envelope: EventEnvelope; readonly event: TimerEvent }
  /** The message names its cart but cannot be read, so the cart's events are read from the event store. */
  | { readonly kind: "CART"; readonly message: ConsumedMessage; readonly cartId: string; readonly code: UnreadableCode }
  /** A tenant's policy has changed. The new policy is read from the event store. */
  | { readonly kind: "POLICY"; readonly message: ConsumedMessage; readonly policyId: string }
  /** The message names no aggregate of a type that has timers, so it is skipped. */
  | { readonly kind: "UNREADABLE"; readonly message: ConsumedMessage; readonly code: UnreadableCode };

/** The stream category of carts, and the topic with the messages of policies. */
export type MessageSources = { readonly carts: StreamCategory<CartEvent>; readonly policyTopic: string };

/**
 * Reads as much of a message as the timers need. A policy's message is a mere signal to
 * read the policy from the event store. An unreadable message of a cart is treated as such
 * a signal too, so that no cart is left without a timer because of it.
 */
export const readMessage = (message: ConsumedMessage, { carts, policyTopic }: MessageSources): Incoming => {
  if (message.topic === policyTopic) {
    const { aggregateId: policyId } = identifyMessage(message);
    return policyId === undefined ? { kind: "UNREADABLE", message, code: "UNKNOWN_AGGREGATE" } : { kind: "POLICY", message, policyId };
  }
  try {
    const envelope = decodeEventMessage(message);
    if (envelope.aggregateType === carts.type) return { kind: "CART_EVENT", message, envelope, event: timerEventOf(envelope, carts) };
    return { kind: "UNREADABLE", message, code: "UNKNOWN_AGGREGATE_TYPE" };
  } catch (error) {
    if (!(error instanceof MessageError) && !(error instanceof EventError)) throw error;
    const { aggregateId: cartId } = identifyMessage(message);
    const { code } = error;
    return cartId === undefined ? { kind: "UNREADABLE", message, code } : { kind: "CART", message, cartId, code };
  }
};

/** Throws an `EventError` if the data does not match its type and schema version. */
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
