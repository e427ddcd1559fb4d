/** A message as the broker has it, with its place. */
export type ConsumedMessage = {
  readonly topic: string;
  readonly partition: number;
  /** A 64-bit integer in decimal. */
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** A list for a header that is there more than once. */
  readonly headers: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;
};
