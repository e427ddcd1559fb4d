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
 * Reads as much of each message as the timers need, and opens the personal fields with one read of keys. A policy's message is a mere signal to
 * read the policy from the event store. An unreadable message of a cart is treated as such
 * a signal too, so that no cart is left without a timer because of it.
 */
export const readMessages = async (messages: readonly ConsumedMessage[], sources: MessageSources): Promise<readonly Incoming[]> => {
  const { vault } = sources.carts;
  const decoded = messages.map((message) => ({ message, envelope: envelopeOf(message, sources) }));
  const sealed = decoded.map(({ envelope }) => envelope).filter(isEnvelope);
  const opened = vault === undefined ? sealed : await vault.openMessages(sealed);
  const openedOf = new Map(sealed.map((envelope, index) => [envelope, opened[index]]));
  return decoded.map(({ message, envelope }) =>
    readMessage(message, isEnvelope(envelope) ? (openedOf.get(envelope) ?? envelope) : envelope, sources),
  );
};

/** Returns the message's event, or why it has none. A message of a policy needs none. */
const envelopeOf = (message: ConsumedMessage, { policyTopic }: MessageSources): EventEnvelope | MessageError | undefined => {
  if (message.topic === policyTopic) return undefined;
  try {
    return decodeEventMessage(message);
  } catch (error) {
    if (error instanceof MessageError) return error;
    throw error;
  }
};

const isEnvelope = (envelope: EventEnvelope | MessageError | undefined): envelope is EventEnvelope =>
  envelope !== undefined && !(envelope instanceof MessageError);

const readMessage = (message: ConsumedMessage, envelope: EventEnvelope | MessageError | undefined, { carts }: MessageSources): Incoming => {
  const { aggregateId } = identifyMessage(message);
  if (envelope === undefined)
    return aggregateId === undefined
      ? { kind: "UNREADABLE", message, code: "UNKNOWN_AGGREGATE" }
      : { kind: "POLICY", message, policyId: aggregateId };
  try {
    if (envelope instanceof MessageError) throw envelope;
    if (envelope.aggregateType === carts.type) return { kind: "CART_EVENT", message, envelope, event: timerEventOf(envelope, carts) };
    return { kind: "UNREADABLE", message, code: "UNKNOWN_AGGREGATE_TYPE" };
  } catch (error) {
    if (!(error instanceof MessageError) && !(error instanceof EventError)) throw error;
    const { code } = error;
    return aggregateId === undefined ? { kind: "UNREADABLE", message, code } : { kind: "CART", message, cartId: aggregateId, code };
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
