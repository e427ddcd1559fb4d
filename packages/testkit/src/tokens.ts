import { SignJWT } from "jose";

/** Configuration for an API that accepts the tokens of `bearer`. */
export const tokenEnv = {
  AUTH_SECRET: "a secret that only the suites share",
  AUTH_ISSUER: "https://login.test/",
  AUTH_AUDIENCE: "carts",
} as const;

export type TokenClaims = { readonly sub: string; readonly tenant_id: string; readonly scope?: string };

/** The Authorization header with a token. The token is valid for an hour unless `exp` says otherwise, in seconds since 1970. */
export const bearer = async (claims: TokenClaims & { readonly exp?: number }): Promise<{ readonly Authorization: string }> => {
  const token = await new SignJWT({ exp: Math.floor(Date.now() / 1000) + 3600, ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer(tokenEnv.AUTH_ISSUER)
    .setAudience(tokenEnv.AUTH_AUDIENCE)
    .sign(new TextEncoder().encode(tokenEnv.AUTH_SECRET));
  return { Authorization: `Bearer ${token}` };
};
