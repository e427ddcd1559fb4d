import { HttpProblem } from "@cart/process-kit";
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import type { Actor } from "./access.ts";
import type { TokenPolicy } from "./accessPolicy.ts";
import { tokenInvalid } from "./accessProblems.ts";
import { createIssuerKeys } from "./issuerKeys.ts";
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
  const { key, algorithms, assertReady } = keyOf(policy);
  const verified = signatureCheck(policy, { key, algorithms, realm });
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

type SigningKey = { readonly key: JWTVerifyGetKey | Uint8Array; readonly algorithms: string[] };

/** Returns the claims of a token that the policy's issuer has signed for its audience and that is in force. */
const signatureCheck = (
  { issuer, audience, toleranceSeconds }: TokenPolicy,
  { key, algorithms, realm }: SigningKey & { readonly realm: string },
): ((token: string) => Promise<JWTPayload>) => {
  const options = { issuer, audience, requiredClaims: ["exp"], algorithms, clockTolerance: toleranceSeconds };
  // jose has a signature for each kind of key.
  const verify = (token: string) => (key instanceof Uint8Array ? jwtVerify(token, key, options) : jwtVerify(token, key, options));
  return async (token) => {
    try {
      return (await verify(token)).payload;
    } catch (error) {
      // Besides its own errors, jose throws a TypeError for a published key that it refuses, such as RSA below 2048 bits.
      throw error instanceof HttpProblem ? error : tokenInvalid(realm, reasonOf(error), { cause: error });
    }
  };
};

/** Each kind of key with its own algorithms: a public key taken for a shared secret would let anyone sign. */
const keyOf = (policy: TokenPolicy): SigningKey & Pick<TokenVerifier, "assertReady"> => {
  switch (policy.kind) {
    case "jwks": {
      const { find, assertRead } = createIssuerKeys(policy);
      return { key: find, algorithms: ["RS256", "ES256"], assertReady: assertRead };
    }
    case "secret":
      return { key: policy.secret, algorithms: ["HS256"], assertReady: () => Promise.resolve() };
    default:
      return policy satisfies never;
  }
};

const reasonOf = (error: unknown): string => {
  if (error instanceof errors.JWTExpired) return "the token has expired";
  if (error instanceof errors.JWTClaimValidationFailed) return claimReasonOf(error);
  if (error instanceof errors.JOSEAlgNotAllowed) return "the algorithm of the token is not accepted";
  return "the token is not valid";
};

const claimReasonOf = ({ claim, reason }: errors.JWTClaimValidationFailed): string => {
  if (reason === "missing") return `the token needs the claim ${claim}`;
  return claim === "nbf" && reason === "check_failed" ? "the token is not valid yet" : `the claim ${claim} of the token is not accepted`;
};
