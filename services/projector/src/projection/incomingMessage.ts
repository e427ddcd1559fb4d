import { type ConsumedMessage, decodeEventMessage, type EventEnvelope, identifyMessage, MessageError } from "@cart/messaging";
import type { DeadLetter } from "../deadLetters/deadLetter.ts";

/** A message whose envelope was read, or what makes a dead letter of it. */
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

/** The aggregate that the message is about, as far as that can be told. */
export const aggregateIdOf = (incoming: IncomingMessage): string | undefined =>
  incoming.kind === "EVENT" ? incoming.envelope.aggregateId : incoming.deadLetter.aggregateId;
