/** What each reason means to somebody who has not written the program, and what helps. */
const reasons: Readonly<Record<string, { readonly title: string; readonly text: string }>> = {
  PARKED: {
    title: "Waits behind another message",
    text: "This message is fine. An earlier message of the same cart is stuck, and it waits for that one.",
  },
  VERSION_GAP: {
    title: "An earlier change is missing",
    text: "The change before this one has not arrived. If a retry does not help, rebuild the cart: the event store has all changes.",
  },
  NOT_APPLICABLE: {
    title: "The change does not fit the cart",
    text: "The cart is not in a state in which this change is possible. Rebuild the cart, and tell the developers if it happens again.",
  },
  UNKNOWN_EVENT_TYPE: {
    title: "The program does not know this change",
    text: "It was written by a newer release. Upgrade the projector and the console, then retry.",
  },
  UNKNOWN_SCHEMA_VERSION: {
    title: "The program does not know this form of the change",
    text: "It was written by a newer release. Upgrade the projector and the console, then retry.",
  },
  INVALID_EVENT_DATA: {
    title: "The content of the message is not valid",
    text: "The message lacks something, or has something of the wrong kind. Rebuild the cart: the event store has the valid event.",
  },
  INVALID_JSON: { title: "The message cannot be read", text: "Its content is damaged. Rebuild the cart, then discard the message." },
  MISSING_VALUE: {
    title: "The message is empty",
    text: "Somebody else wrote to the topic, or deleted the content. Rebuild the cart, then discard the message.",
  },
  MISSING_HEADER: { title: "The message lacks a header", text: "It was probably not written by this system. Look at it, then discard it." },
  INVALID_HEADER: {
    title: "A header of the message is not valid",
    text: "It was probably not written by this system. Look at it, then discard it.",
  },
  KEY_MISMATCH: { title: "The message says two carts", text: "Its key and its header name different carts. Look at it, then discard it." },
  UNKNOWN_AGGREGATE_TYPE: {
    title: "The message is on the wrong topic",
    text: "It is about something that this topic is not for. Look at it, then discard it.",
  },
};

export const explainReason = (code: string): { readonly title: string; readonly text: string } =>
  reasons[code] ?? { title: code, text: "Look at the message for what it says." };
