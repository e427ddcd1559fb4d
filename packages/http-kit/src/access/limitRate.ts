import { limitClients } from "@cart/process-kit";
import type { RequestHandler } from "express";
import { findActor } from "./requestAccess.ts";

/** Limits the requests a minute of a user to this process, or of an address as long as the request has no valid token. */
export const limitRate = (requestsPerMinute: number): RequestHandler =>
  limitClients({
    requestsPerMinute,
    clientOf: (_req, res) => {
      const actor = findActor(res);
      return actor === undefined ? undefined : JSON.stringify([actor.tenantId, actor.userId]);
    },
  });
