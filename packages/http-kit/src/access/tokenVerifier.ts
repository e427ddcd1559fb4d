import { LRUCache } from "lru-cache";
import type { Actor } from "./access.ts";
import type { TokenPolicy } from "./accessPolicy.ts";
import { tokenInvalid } from "./accessProblems.ts";
import { JwtError, jwtVerifier, type JwtVerifier } from "./jwtVerifier.ts";
import { actorReader } from "./tokenClaims.ts";
import { canonicalToken } from "./tokenText.ts";

export type TokenVerifier = {
  /**
   * Returns the token's actor: at once if the token was verified a short time ago. Rejects with the `HttpProblem` of an invalid token,
   * or of keys that cannot be read.
   */
  readonly actorOf: (token: string) => Actor | Promise<Actor>;
  /** Rejects while no token can be verified because the issuer's keys were never read. */
  readonly assertReady: () => Promise<void>;
};

/** Bounds the memory of verified tokens, each of which has up to 16 KiB. */
const cacheLimits = { max: 5_000, maxSize: 8 * 1024 * 1024 };

/** The longest trust in a verification, because a key may have been withdrawn since. */
const longestTrustMs = 300_000;

/**
 * Verifies bearer tokens. A client sends the same token with each request, and verifying its signature costs more than
 * everything else before the handler, so a verified token is remembered for a while, but never beyond its expiry.
 */
export const createTokenVerifier = (policy: TokenPolicy, realm: string): TokenVerifier => {
  const { issuer, audience, toleranceSeconds } = policy;
  const { verify: verifyJwt, assertReady } = jwtVerifier(policy, { issuer, audience, toleranceSeconds, noun: "token" });
  const verified = signatureCheck(verifyJwt, realm);
  const toActor = actorReader({ realm, ...policy });
  const cache = new LRUCache<string, Actor>({ ...cacheLimits, sizeCalculation: (_actor, token) => token.length });

  const verify = async (token: string): Promise<Actor> => {
    const actor = toActor(await verified(token));
    const ttl = Math.min(actor.expiresAt - Date.now(), longestTrustMs);
    if (ttl >= 1) cache.set(token, actor, { ttl });
    return actor;
  };

  return {
    actorOf: (text) => {
      const token = canonicalToken(text);
      if (token === undefined) throw tokenInvalid(realm, "the token is not valid");
      const actor = cache.get(token);
      return actor !== undefined && actor.expiresAt > Date.now() ? actor : verify(token);
    },
    assertReady,
  };
};

/** Returns the claims of a token that the policy's issuer has signed for its audience and that is in force. */
const signatureCheck = (verify: JwtVerifier["verify"], realm: string): JwtVerifier["verify"] => {
  return async (token) => {
    try {
      return await verify(token);
    } catch (error) {
      throw error instanceof JwtError ? tokenInvalid(realm, error.message, { cause: error }) : error;
    }
  };
};
