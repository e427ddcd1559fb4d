import type { EventMessageParts } from "@cart/events";

/** A message as the broker stores it, with its topic, partition and offset. */
export type ConsumedMessage = EventMessageParts & {
  readonly topic: string;
  readonly partition: number;
  /** A 64-bit integer in decimal. */
  readonly offset: string;
};
