/** A key is unique within an aggregate: the same key on another aggregate is another key. */
export type KeyScope = { readonly aggregateType: string; readonly aggregateId: string; readonly key: string };

/** The answer to a command with a key, stored so that the command is executed once. */
export type StoredAnswer = KeyScope & {
  /** SHA-256 of the request: the same key with another request is a client's mistake. */
  readonly requestHash: Buffer;
  /** The stream's version after the command. */
  readonly version: number;
  readonly answer: string;
};
