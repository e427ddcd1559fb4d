/** A message as the broker stores it, with its topic, partition and offset. */
export type ConsumedMessage = {
  readonly topic: string;
  readonly partition: number;
  /** A 64-bit integer in decimal. */
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The values by header name; a list if the message has the header more than once. */
  readonly headers: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;
};
