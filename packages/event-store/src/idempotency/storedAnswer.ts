/** What a key is unique in: the same key on another aggregate is another key. */
export type KeyScope = { readonly aggregateType: string; readonly aggregateId: string; readonly key: string };

/** The answer to the command that came with the key, kept so that the command is carried out once. */
export type StoredAnswer = KeyScope & {
  /** SHA-256 of the request: the same key with another one is a client's mistake. */
  readonly requestHash: Buffer;
  /** Of the stream after the command. */
  readonly version: number;
  readonly answer: string;
};
