import { randomUUID } from "node:crypto";
import type { EventMetadata } from "@cart/domain";
import { findActor, traceparentOf } from "@cart/http-kit";
import { correlationIdOf } from "@cart/process-kit";
import type { Response } from "express";

/** What is stored with each event that the request causes: the command gets an id of its own. */
export const commandMetadata = (res: Response): EventMetadata => {
  const traceparent = traceparentOf(res);
  const actor = findActor(res)?.userId;
  return {
    correlation_id: correlationIdOf(res),
    causation_id: randomUUID(),
    ...(actor === undefined ? {} : { actor }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
};
