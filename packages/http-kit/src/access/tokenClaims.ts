import type { JWTPayload } from "jose";
import { isText } from "../http/unstorableValues.ts";
import type { Actor } from "./access.ts";
import { tokenInvalid } from "./accessProblems.ts";

/** The names of the claims that say for whom a token speaks. */
export type ClaimNames = {
  readonly user: string;
  readonly tenant: string;
  /** By default `scope`, or else `scp`, which some issuers use. */
  readonly scope: string | undefined;
};

export type ActorReaderOptions = {
  readonly realm: string;
  readonly claims: ClaimNames;
  /** How long a token counts after its expiry, for clocks that differ. */
  readonly toleranceSeconds: number;
};

/** As many as OpenID Connect Core, 2, allows for `sub`. */
const longestUserId = 255;
const longestTenantId = 64;

/** Returns a function that reads the actor from a verified token's claims. It throws the 401 that names the claim at fault. */
export const actorReader = ({ realm, claims, toleranceSeconds }: ActorReaderOptions): ((payload: JWTPayload) => Actor) => {
  const invalid = (reason: string) => tokenInvalid(realm, reason);

  const textOf = (payload: JWTPayload, name: string, maxLength: number): string => {
    const value = claimOf(payload, name);
    if (value === undefined) throw invalid(`the token needs the claim ${name}`);
    if (typeof value !== "string" || value === "" || Array.from(value).length > maxLength || !isText(value)) {
      throw invalid(`the claim ${name} of the token is not text of 1 to ${maxLength} characters without control characters`);
    }
    return value;
  };

  const scopesOf = (payload: JWTPayload): readonly string[] => {
    const name = claims.scope ?? (claimOf(payload, "scope") === undefined ? "scp" : "scope");
    const value = claimOf(payload, name) ?? [];
    const words = typeof value === "string" ? value.split(" ") : value;
    if (!isListOfTexts(words)) throw invalid(`the claim ${name} of the token is not text or a list of texts`);
    return words.filter((word) => word !== "");
  };

  return (payload) => {
    const userId = textOf(payload, claims.user, longestUserId);
    const tenantId = textOf(payload, claims.tenant, longestTenantId);
    const scopes = scopesOf(payload);
    const { exp } = payload;
    if (exp === undefined || !Number.isFinite(exp)) throw invalid("the claim exp of the token is not accepted");
    return { userId, tenantId, scopes, expiresAt: (exp + toleranceSeconds) * 1000 };
  };
};

/** A claim's name is configured, and must not find a member that every object has. */
const claimOf = (payload: JWTPayload, name: string): unknown => (Object.hasOwn(payload, name) ? payload[name] : undefined);

const isListOfTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string");
