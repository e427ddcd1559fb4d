import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from "jose";
import { keysUnavailable } from "./accessProblems.ts";

export type IssuerKeys = {
  /** Finds the key of a token. Rejects with a JOSE error for a token without a usable key, or with the 503 of keys that cannot be read. */
  readonly find: JWTVerifyGetKey;
  /** Rejects until the keys were read once. */
  readonly assertRead: () => Promise<void>;
};

export type IssuerKeysOptions = {
  readonly url: URL;
  /** How long the keys go on after their renewal was due and failed. Milliseconds. */
  readonly graceMs: number;
  /** What the keys have signed, for the text of a refusal; a token if it is omitted. */
  readonly noun?: string;
  readonly now?: () => number;
};

/** How long the keys are used before they are read again, so that a withdrawn key is not accepted for long. */
const renewAfterMs = 600_000;

/** The pause after a failed renewal, and between two readings because of a key that is not known. */
const pauseMs = 30_000;

/** A request waits this long for the issuer. */
const timeoutMs = 2_000;

type Known = { readonly find: ReturnType<typeof createLocalJWKSet>; readonly readAt: number };

/**
 * Reads the issuer's public keys when the first token needs them, and again when they are old or a token names another key. While
 * the issuer does not answer, the keys go on for `graceMs`, and only one request in `pauseMs` waits for it.
 */
export const createIssuerKeys = ({ url, graceMs, noun = "token", now = Date.now }: IssuerKeysOptions): IssuerKeys => {
  const remote = createRemoteJWKSet(url, { timeoutDuration: timeoutMs });
  let known: Known | undefined;
  let triedAt = -Infinity;
  let reading: Promise<Known> | undefined;

  const read = async (): Promise<Known> => {
    triedAt = now();
    await remote.reload();
    const keys = remote.jwks();
    if (keys === undefined) throw new Error("the issuer published no keys");
    return (known = { find: createLocalJWKSet(keys), readAt: now() });
  };
  const readShared = (): Promise<Known> => (reading ??= read().finally(() => (reading = undefined)));
  const mayTry = (): boolean => now() - triedAt >= pauseMs;

  const current = async (): Promise<Known> => {
    const age = known === undefined ? Infinity : now() - known.readAt;
    if (known !== undefined && age < renewAfterMs) return known;
    const isInGrace = known !== undefined && age < renewAfterMs + graceMs;
    if (known !== undefined && isInGrace && !mayTry()) return known;
    try {
      return await readShared();
    } catch (error) {
      if (known !== undefined && isInGrace) return known;
      throw keysUnavailable(noun, error);
    }
  };

  const find: JWTVerifyGetKey = async (header, token) => {
    const keys = await current();
    try {
      return await keys.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !mayTry()) throw error;
    }
    const renewed = await readShared().catch((error: unknown) => {
      throw keysUnavailable(noun, error);
    });
    return renewed.find(header, token);
  };

  return {
    find,
    assertRead: async () => {
      if (known === undefined) await readShared();
    },
  };
};
