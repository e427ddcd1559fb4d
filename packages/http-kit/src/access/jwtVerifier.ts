import { HttpProblem } from "@cart/process-kit";
import { errors, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from "jose";
import { createIssuerKeys } from "./issuerKeys.ts";

/** What a JWT is verified with: public keys, or a secret that is shared with the issuer. */
export type SigningKeys =
  | { readonly kind: "jwks"; readonly url: URL; readonly graceMs: number }
  | { readonly kind: "secret"; readonly secret: Uint8Array };

export type JwtVerifierOptions = Pick<JWTVerifyOptions, "issuer" | "audience" | "typ"> & {
  /** What the JWT is called in the text of a refusal: "token". */
  readonly noun: string;
  /** Seconds by which the issuer's clock may differ from this machine's. */
  readonly toleranceSeconds?: number;
};

export type JwtVerifier = {
  /** Returns the claims of a JWT that is signed and in force. Rejects with a `JwtError`, or with the 503 of keys that cannot be read. */
  readonly verify: (jwt: string) => Promise<JWTPayload>;
  /** Rejects while no JWT can be verified because the issuer's keys were never read. */
  readonly assertReady: () => Promise<void>;
};

/** A JWT that is refused. The message is for the client: plain ASCII without quotes. */
export class JwtError extends Error {
  override readonly name = "JwtError";
}

/** Verifies JWTs by one kind of key. Every JWT must expire. */
export const jwtVerifier = (keys: SigningKeys, { noun, toleranceSeconds = 0, ...expected }: JwtVerifierOptions): JwtVerifier => {
  const { key, algorithms, assertReady } = keyOf(keys, noun);
  const options = { ...expected, requiredClaims: ["exp"], algorithms, clockTolerance: toleranceSeconds };
  // jose has a signature for each kind of key.
  const verified = (jwt: string) => (key instanceof Uint8Array ? jwtVerify(jwt, key, options) : jwtVerify(jwt, key, options));
  return {
    verify: async (jwt) => {
      try {
        return (await verified(jwt)).payload;
      } catch (error) {
        // Besides its own errors, jose throws a TypeError for a published key that it refuses, such as RSA below 2048 bits.
        throw error instanceof HttpProblem ? error : new JwtError(reasonOf(error, noun), { cause: error });
      }
    },
    assertReady,
  };
};

type SigningKey = Pick<JwtVerifier, "assertReady"> & { readonly key: JWTVerifyGetKey | Uint8Array; readonly algorithms: string[] };

/** Each kind of key with its own algorithms: a public key taken for a shared secret would let anyone sign. */
const keyOf = (keys: SigningKeys, noun: string): SigningKey => {
  switch (keys.kind) {
    case "jwks": {
      const { find, assertRead } = createIssuerKeys({ url: keys.url, graceMs: keys.graceMs, noun });
      return { key: find, algorithms: ["RS256", "ES256"], assertReady: assertRead };
    }
    case "secret":
      return { key: keys.secret, algorithms: ["HS256"], assertReady: () => Promise.resolve() };
    default:
      return keys satisfies never;
  }
};

const reasonOf = (error: unknown, noun: string): string => {
  if (error instanceof errors.JWTExpired) return `the ${noun} has expired`;
  if (error instanceof errors.JWTClaimValidationFailed) return claimReasonOf(error, noun);
  if (error instanceof errors.JOSEAlgNotAllowed) return `the algorithm of the ${noun} is not accepted`;
  return `the ${noun} is not valid`;
};

const claimReasonOf = ({ claim, reason }: errors.JWTClaimValidationFailed, noun: string): string => {
  if (reason === "missing") return `the ${noun} needs the claim ${claim}`;
  return claim === "nbf" && reason === "check_failed"
    ? `the ${noun} is not valid yet`
    : `the claim ${claim} of the ${noun} is not accepted`;
};
