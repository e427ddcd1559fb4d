import { SignJWT } from "jose";

const secret = "a secret that only this suite knows";
const issuer = "https://login.test/";
const audience = "carts";

/** Configuration for an API that accepts the token of `adminToken`. */
export const tokenEnv = { AUTH_SECRET: secret, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } as const;

/** The token of an administrator of the tenant `default`. */
export const adminToken = (): Promise<string> =>
  new SignJWT({ sub: "contract", tenant_id: "default", scope: "carts:admin" })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(secret));
