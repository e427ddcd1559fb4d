import { randomUUID } from "node:crypto";
import type { EventMetadata } from "@cart/domain";
import { type Access, traceparentOf } from "@cart/http-kit";
import { correlationIdOf } from "@cart/process-kit";
import type { Response } from "express";

/** What is stored with each event that the request causes: the command gets an id of its own. */
export const commandMetadata = (res: Response, access: Access): EventMetadata => {
  const traceparent = traceparentOf(res);
  return {
    correlation_id: correlationIdOf(res),
    causation_id: randomUUID(),
    ...(access === "unchecked" ? {} : { actor: access.userId }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
};
