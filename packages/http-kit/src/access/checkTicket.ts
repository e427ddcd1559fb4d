import type { RequestHandler } from "express";
import { tokenInvalid } from "./accessProblems.ts";
import { setOutcome } from "./requestAccess.ts";
import type { Tickets } from "./tickets.ts";

export type CheckTicketOptions = {
  readonly tickets: Tickets;
  readonly realm: string;
  /** What a ticket for the request has to be for. */
  readonly subjectOf: (params: Readonly<Record<string, unknown>>) => string;
};

/** Identifies a request by the ticket in its query. A request with a token is left to `checkAccess`, and so is one without either. */
export const checkTicket =
  ({ tickets, realm, subjectOf }: CheckTicketOptions): RequestHandler =>
  async (req, res, next) => {
    const { ticket } = req.query;
    if (typeof ticket === "string" && req.headers.authorization === undefined) {
      const actor = await tickets.actorOf(ticket, subjectOf(req.params));
      setOutcome(res, actor ?? tokenInvalid(realm, "the ticket is not valid"));
    }
    next();
  };
