import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import { Type } from "typebox";
import { Check } from "typebox/value";
import { isText } from "../http/unstorableValues.ts";
import type { Actor } from "./access.ts";
import type { TokenRules } from "./apiGuard.ts";
import type { TokenPolicy } from "./accessPolicy.ts";
import { keysUnavailable, tokenInvalid } from "./accessProblems.ts";

export type TokenVerifier = {
  /** The token's actor, if the token was verified a short time ago. */
  readonly known: (token: string) => Actor | undefined;
  /** Rejects with the `HttpProblem` of an invalid token, or of keys that cannot be read. */
  readonly verify: (token: string) => Promise<Actor>;
};

const opaqueId = Type.String({ minLength: 1, maxLength: 64 });
const commonClaims = Type.Object({ sub: opaqueId, exp: Type.Number(), scope: Type.Optional(Type.String()) });

const knownTokens = 5_000;

/** The longest trust in a verification, because a key may have been withdrawn since. */
const longestTrustMs = 300_000;

/**
 * Verifies bearer tokens. A client sends the same token with each request, and verifying its signature costs more than
 * everything else before the handler, so a verified token is remembered for a while, but never beyond its expiry.
 */
export const createTokenVerifier = (policy: TokenPolicy, { realm, tenantClaim }: TokenRules): TokenVerifier => {
  const verified = signatureCheck(policy, realm);
  const toActor = actorReader(realm, tenantClaim);
  const cache = new LRUCache<string, Actor>({ max: knownTokens });

  return {
    known: (token) => {
      const actor = cache.get(token);
      return actor !== undefined && actor.expiresAt > Date.now() ? actor : undefined;
    },
    verify: async (token) => {
      const actor = toActor(await verified(token));
      const ttl = Math.min(actor.expiresAt - Date.now(), longestTrustMs);
      if (ttl >= 1) cache.set(token, actor, { ttl });
      return actor;
    },
  };
};

/** Returns the claims of a token that the policy's issuer has signed for its audience and that is in force. */
const signatureCheck = (policy: TokenPolicy, realm: string): ((token: string) => Promise<JWTPayload>) => {
  const { key, algorithms } = keyOf(policy);
  const options = { issuer: policy.issuer, audience: policy.audience, requiredClaims: ["exp"], algorithms };
  return async (token) => {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      throw error instanceof errors.JOSEError ? tokenInvalid(realm, reasonOf(error), { cause: error }) : error;
    }
  };
};

/** Each kind of key with its own algorithms: a public key taken for a shared secret would let anyone sign. */
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

const actorReader =
  (realm: string, tenantClaim: string) =>
  (payload: JWTPayload): Actor => {
    const tenantId = payload[tenantClaim];
    if (!Check(commonClaims, payload) || !Check(opaqueId, tenantId) || !isText(payload.sub) || !isText(tenantId)) {
      throw tokenInvalid(realm, `the token needs the claims sub and ${tenantClaim}, each of 1 to 64 characters without control characters`);
    }
    return { userId: payload.sub, tenantId, scopes: payload.scope?.split(" ") ?? [], expiresAt: payload.exp * 1000 };
  };

const reasonOf = (error: errors.JOSEError): string => {
  if (error instanceof errors.JWTExpired) return "the token has expired";
  if (error instanceof errors.JWTClaimValidationFailed) return `the claim ${error.claim} of the token is not accepted`;
  if (error instanceof errors.JOSEAlgNotAllowed) return "the algorithm of the token is not accepted";
  return "the token is not valid";
};
