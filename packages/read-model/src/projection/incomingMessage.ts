import { type ConsumedMessage, decodeEventMessage, type EventEnvelope, identifyMessage, MessageError } from "@cart/messaging";
import type { DeadLetter } from "../deadLetters/deadLetter.ts";

/** A message with its decoded envelope, or with the dead letter that it becomes because it cannot be decoded. */
export type IncomingMessage =
  | { readonly kind: "EVENT"; readonly message: ConsumedMessage; readonly envelope: EventEnvelope }
  | { readonly kind: "UNREADABLE"; readonly message: ConsumedMessage; readonly deadLetter: Omit<DeadLetter, "aggregateType"> };

export const readMessage = (message: ConsumedMessage): IncomingMessage => {
  try {
    return { kind: "EVENT", message, envelope: decodeEventMessage(message) };
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    return { kind: "UNREADABLE", message, deadLetter: { message, code: error.code, reason: error.message, ...identifyMessage(message) } };
  }
};

/** Returns the id of the aggregate that the message is about, or `undefined` if the message does not reveal it. */
export const aggregateIdOf = (incoming: IncomingMessage): string | undefined =>
  incoming.kind === "EVENT" ? incoming.envelope.aggregateId : incoming.deadLetter.aggregateId;
