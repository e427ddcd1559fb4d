import { SignJWT } from "jose";

/** Configuration for an API that accepts the tokens of `bearer`. */
export const tokenEnv = {
  AUTH_SECRET: "a secret that only the suites share",
  AUTH_ISSUER: "https://login.test/",
  AUTH_AUDIENCE: "carts",
} as const;

/** Configuration for an API that accepts the prices of `signPrice`. */
export const signedPriceEnv = { PRICE_SECRET: "a secret of the catalogue, which only the suites share" } as const;

/** A price as the shop's catalogue signs it. It is valid for an hour unless `exp` says otherwise, in seconds since 1970. */
export const signPrice = (claims: Readonly<Record<string, unknown>>): Promise<string> =>
  new SignJWT({ exp: Math.floor(Date.now() / 1000) + 3600, ...claims })
    .setProtectedHeader({ alg: "HS256", typ: "price+jwt" })
    .sign(new TextEncoder().encode(signedPriceEnv.PRICE_SECRET));

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
