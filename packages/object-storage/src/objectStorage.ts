/**
 * Upper limit of an object in bytes. Objects are written and read whole, so this bounds the memory for one. A compressed stream of a
 * hundred thousand events is far below it.
 */
export const maxObjectBytes = 67_108_864;

/**
 * Stores whole objects under keys. A key has one object for ever: no object is ever replaced. Every method rejects with the error of
 * the storage if the storage does not answer, and then it is unknown whether it has done its work; each may be called again.
 */
export type ObjectStorage = {
  /**
   * Stores an object durably, with a checksum that the storage verifies if it can. Resolves to whether it was stored: `false` if the
   * key has an object already, which stays as it is. Throws `ObjectTooLargeError`.
   */
  readonly put: (key: string, content: Uint8Array) => Promise<boolean>;
  /** Returns the object, or `undefined` if the key has none. Throws `ObjectTooLargeError`. */
  readonly get: (key: string) => Promise<Buffer | undefined>;
  /** Returns the object's size in bytes, or `undefined` if the key has none. */
  readonly head: (key: string) => Promise<{ readonly bytes: number } | undefined>;
  /** Deletes the object, if the key has one. */
  readonly delete: (key: string) => Promise<void>;
  readonly close: () => void;
};

export class ObjectTooLargeError extends Error {
  override readonly name = "ObjectTooLargeError";

  constructor(key: string, bytes: number) {
    super(`the object ${key} has ${bytes} bytes: expected at most ${maxObjectBytes}`);
  }
}

export const requireFitting = (key: string, bytes: number): void => {
  if (bytes > maxObjectBytes) throw new ObjectTooLargeError(key, bytes);
};

/** Segments of letters that every storage takes, none of them a relative one. An S3 key has 1,024 bytes, less the prefix. */
const keyPattern = /^(?!.*(?:^|\/)\.)[\w.%~-]{1,255}(?:\/[\w.%~-]{1,255})*$/;
const maxKeyLength = 800;

/** Throws unless the key is a path below the storage's root. */
export const requireKey = (key: string): void => {
  if (key.length > maxKeyLength || !keyPattern.test(key))
    throw new Error(`the key ${JSON.stringify(key)} is not valid: expected segments of letters, digits, and "_", "-", "%", "~" or "."`);
};
