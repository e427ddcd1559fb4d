import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import { Type } from "typebox";
import { Check } from "typebox/value";
import type { Actor } from "./access.ts";
import type { TokenPolicy } from "./accessPolicy.ts";
import { adminScope, keysUnavailable, tokenInvalid } from "./accessProblems.ts";

export type TokenVerifier = {
  /** Whose token it is, if it was verified a short time ago. */
  readonly known: (token: string) => Actor | undefined;
  /** Rejects with the `HttpProblem` of a token that is not valid, or of keys that cannot be had. */
  readonly verify: (token: string) => Promise<Actor>;
};

/** As carts have them. */
const opaqueId = Type.String({ minLength: 1, maxLength: 64 });
const claims = Type.Object({ sub: opaqueId, tenant_id: opaqueId, exp: Type.Number(), scope: Type.Optional(Type.String()) });

const knownTokens = 5_000;

/** Longest trust in a verification, so that a key that is withdrawn counts no longer. Milliseconds. */
const longestTrust = 300_000;

/**
 * Verifies bearer tokens. A client sends the same token with each of its requests,
 * and a signature costs more than everything else that a request does before its
 * command, so a token that was verified is known for a while: never beyond its expiry.
 */
export const createTokenVerifier = (policy: TokenPolicy): TokenVerifier => {
  const verified = signatureCheck(policy);
  const cache = new LRUCache<string, Actor>({ max: knownTokens });

  return {
    known: (token) => {
      const actor = cache.get(token);
      return actor !== undefined && actor.expiresAt > Date.now() ? actor : undefined;
    },
    verify: async (token) => {
      const actor = toActor(await verified(token));
      const ttl = Math.min(actor.expiresAt - Date.now(), longestTrust);
      if (ttl >= 1) cache.set(token, actor, { ttl });
      return actor;
    },
  };
};

/** The claims of a token that the policy's issuer has signed for its audience, and that is in force. */
const signatureCheck = (policy: TokenPolicy): ((token: string) => Promise<JWTPayload>) => {
  const { key, algorithms } = keyOf(policy);
  const options = { issuer: policy.issuer, audience: policy.audience, requiredClaims: ["exp"], algorithms };
  return async (token) => {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      throw error instanceof errors.JOSEError ? tokenInvalid(reasonOf(error), { cause: error }) : error;
    }
  };
};

/** Each kind of key with its own algorithms: a public key that passed for a shared secret would let everybody sign. */
const keyOf = (policy: TokenPolicy): { readonly key: JWTVerifyGetKey | Uint8Array; readonly algorithms: string[] } => {
  switch (policy.kind) {
    case "jwks":
      return { key: issuerKeys(policy.url), algorithms: ["RS256", "ES256"] };
    case "secret":
      return { key: policy.secret, algorithms: ["HS256"] };
    default:
      return policy satisfies never;
  }
};

const issuerKeys = (url: URL): JWTVerifyGetKey => {
  const keys = createRemoteJWKSet(url);
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      const isOfToken = error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
      throw isOfToken ? error : keysUnavailable(error);
    }
  };
};

const toActor = (payload: JWTPayload): Actor => {
  if (!Check(claims, payload)) throw tokenInvalid("the token needs the claims sub and tenant_id, each of 1 to 64 characters");
  return {
    userId: payload.sub,
    tenantId: payload.tenant_id,
    isAdmin: payload.scope?.split(" ").includes(adminScope) ?? false,
    expiresAt: payload.exp * 1000,
  };
};

const reasonOf = (error: errors.JOSEError): string => {
  if (error instanceof errors.JWTExpired) return "the token has expired";
  if (error instanceof errors.JWTClaimValidationFailed) return `the claim ${error.claim} of the token is not accepted`;
  if (error instanceof errors.JOSEAlgNotAllowed) return "the algorithm of the token is not accepted";
  return "the token is not valid";
};
