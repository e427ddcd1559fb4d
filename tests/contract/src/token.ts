import { SignJWT } from "jose";

const secret = "a secret that only this suite knows";
const issuer = "https://login.test/";
const audience = "carts";

/** Makes an API take the token of `adminToken`. */
export const tokenEnv = { AUTH_SECRET: secret, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } as const;

/** Of somebody who may act on everything of the tenant `default`. */
export const adminToken = (): Promise<string> =>
  new SignJWT({ sub: "contract", tenant_id: "default", scope: "carts:admin" })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(secret));
