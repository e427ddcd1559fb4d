import { isDeepStrictEqual } from "node:util";
import { type ConsumedMessage, decodeEventMessage, type EventEnvelope } from "@cart/messaging";
import type { ArchivedCart } from "./archive.ts";
import type { StoredEvent } from "./eventStore.ts";
import type { Findings } from "./findings.ts";

export type TopicComparison = {
  /** Messages that repeat the event of an earlier message. */
  readonly repeated: number;
  /** Messages that the system did not publish. */
  readonly foreign: number;
};

export type Carts = { readonly stored: readonly StoredEvent[]; readonly archived: readonly ArchivedCart[] };

/**
 * Checks that every stored event is in Kafka at least once, and that the first occurrences of a cart's events are in order. A cart that
 * is archived ends with the message that says so, and begins again from its first event if it is restored.
 */
export const compareStoreWithTopic = (
  { stored, archived }: Carts,
  messages: readonly ConsumedMessage[],
  isForeign: (message: ConsumedMessage) => boolean,
  findings: Findings,
): TopicComparison => {
  const inArchive = archived.flatMap(({ events }) => events);
  const eventsById = new Map([...inArchive, ...stored].map((event) => [event.eventId, event]));
  const followed = new Map<string, FollowedCart>();
  let repeated = 0;
  let foreign = 0;
  for (const message of messages) {
    if (isForeign(message)) {
      foreign += 1;
      continue;
    }
    const envelope = decodeEventMessage(message);
    const cart = followed.get(envelope.aggregateId) ?? createFollowedCart(envelope.aggregateId);
    followed.set(envelope.aggregateId, cart);
    if (envelope.event.type === archivedType) {
      if (!cart.end(envelope, findings)) repeated += 1;
    } else if (isStored(envelope, eventsById.get(envelope.eventId), findings) && !cart.add(envelope, findings)) repeated += 1;
  }
  for (const { eventId, cartId, version, type } of stored) {
    if (followed.get(cartId)?.has(eventId) !== true)
      findings.add("lost", `${type} with version ${version} of cart ${cartId} is stored and not in Kafka`);
  }
  for (const { cartId, noticeId } of archived) {
    if (followed.get(cartId)?.endedBy() !== noticeId)
      findings.add("lost", `cart ${cartId} is archived, and the last message of its subscribers does not say so`);
  }
  return { repeated, foreign };
};

const archivedType = "CartArchived";

/** Whether the event of a message is stored. Reports if it is not, or if the message has other data. */
const isStored = ({ eventId, aggregateId, version, event }: EventEnvelope, own: StoredEvent | undefined, findings: Findings): boolean => {
  if (own === undefined || own.cartId !== aggregateId || own.version !== version || own.type !== event.type) {
    findings.add("wrong", `Kafka has ${event.type} with version ${version} of cart ${aggregateId}, which is not stored`);
    return false;
  }
  if (!isDeepStrictEqual(own.storedData, event.data))
    findings.add("wrong", `the data of event ${eventId} is another in Kafka than in the store`);
  return true;
};

/** What a subscriber keeps of a cart. Both methods report what is out of order, and return whether the message is new. */
type FollowedCart = {
  readonly add: (message: EventEnvelope, findings: Findings) => boolean;
  /** The cart is archived: everything about it is forgotten. */
  readonly end: (message: EventEnvelope, findings: Findings) => boolean;
  readonly has: (eventId: string) => boolean;
  /** The id of the message that ended the cart; `undefined` if an event followed. */
  readonly endedBy: () => string | undefined;
};

const createFollowedCart = (cartId: string): FollowedCart => {
  const seen = new Set<string>();
  const ends = new Set<string>();
  let reached = 0;
  let endedBy: string | undefined;
  return {
    add: ({ eventId, version }, findings) => {
      if (seen.has(eventId)) return false;
      seen.add(eventId);
      if (version !== reached + 1) findings.add("disordered", `cart ${cartId}: version ${version} came to Kafka after ${reached}`);
      reached = Math.max(reached, version);
      endedBy = undefined;
      return true;
    },
    end: ({ eventId, version }, findings) => {
      if (ends.has(eventId)) {
        if (endedBy !== eventId) findings.add("disordered", `subscribers of cart ${cartId} were told of its archiving after it came back`);
        return false;
      }
      ends.add(eventId);
      if (endedBy !== undefined) findings.add("twice", `subscribers of cart ${cartId} were told twice that it is archived`);
      else if (version !== reached + 1) findings.add("disordered", `cart ${cartId} was archived in Kafka at ${version}, after ${reached}`);
      seen.clear();
      reached = 0;
      endedBy = eventId;
      return true;
    },
    has: (eventId) => seen.has(eventId),
    endedBy: () => endedBy,
  };
};
