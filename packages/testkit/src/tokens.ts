import { SignJWT } from "jose";

/** Makes an API take the tokens of `bearer`. */
export const tokenEnv = {
  AUTH_SECRET: "a secret that only the suites share",
  AUTH_ISSUER: "https://login.test/",
  AUTH_AUDIENCE: "carts",
} as const;

export type TokenClaims = { readonly sub: string; readonly tenant_id: string; readonly scope?: string };

/** The header of a request with a token, which is valid for an hour unless it says until when, in seconds since 1970. */
export const bearer = async (claims: TokenClaims & { readonly exp?: number }): Promise<{ readonly Authorization: string }> => {
  const token = await new SignJWT({ exp: Math.floor(Date.now() / 1000) + 3600, ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer(tokenEnv.AUTH_ISSUER)
    .setAudience(tokenEnv.AUTH_AUDIENCE)
    .sign(new TextEncoder().encode(tokenEnv.AUTH_SECRET));
  return { Authorization: `Bearer ${token}` };
};
