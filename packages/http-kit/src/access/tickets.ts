import { randomBytes } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import { type Static, Type } from "typebox";
import { Check } from "typebox/value";
import type { Access, Actor } from "./access.ts";

export type Ticket = { readonly ticket: string; readonly expiresAt: Date };

/**
 * Tickets stand for a token where a browser cannot send one: an `EventSource` has no headers, and an address with a token in it would
 * be logged and remembered. A ticket is for one subject, such as one cart, and is good for a short time.
 */
export type Tickets = {
  readonly issue: (access: Access, subject: string) => Promise<Ticket>;
  /** The actor to whom the ticket was issued, or `undefined` for a text that is not a ticket in force for the subject. */
  readonly actorOf: (ticket: string, subject: string) => Promise<Actor | undefined>;
};

/** Enough to open a stream. */
const lifetimeSeconds = 60;

/** Holds a ticket and a token apart, even if both are signed with one secret. */
const typ = "ticket+jwt";

const actorClaims = Type.Object({
  userId: Type.String(),
  tenantId: Type.String(),
  scopes: Type.Array(Type.String()),
  expiresAt: Type.Number(),
});
const ticketClaims = Type.Object({ for: Type.String(), actor: Type.Optional(actorClaims) });

/** Without a secret, each process has its own and takes its own tickets only. */
export const createTickets = (secret: string | undefined): Tickets => {
  const key = secret === undefined ? randomBytes(32) : new TextEncoder().encode(secret);

  return {
    issue: async (access, subject) => {
      const seconds = Math.floor(Date.now() / 1000) + lifetimeSeconds;
      const claims: Static<typeof ticketClaims> = {
        for: subject,
        ...(access === "unchecked" ? {} : { actor: { ...access, scopes: [...access.scopes] } }),
      };
      const ticket = await new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ }).setExpirationTime(seconds).sign(key);
      return { ticket, expiresAt: new Date(seconds * 1000) };
    },
    actorOf: async (ticket, subject) => {
      try {
        const { payload } = await jwtVerify(ticket, key, { algorithms: ["HS256"], typ, requiredClaims: ["exp"] });
        return Check(ticketClaims, payload) && payload.for === subject && isInForce(payload.actor) ? payload.actor : undefined;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
};

const isInForce = (actor: Actor | undefined): boolean => actor !== undefined && actor.expiresAt > Date.now();
