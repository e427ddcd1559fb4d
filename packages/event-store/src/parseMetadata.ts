import type { EventMetadata } from "@cart/domain";

/** Returns the value as an event's metadata. Throws if it is not valid: such an event cannot be published or shown. */
export const parseMetadata = (value: unknown): EventMetadata => {
  if (!isMetadata(value)) throw new Error("the metadata has no correlation_id or causation_id");
  return value;
};

const isMetadata = (value: unknown): value is EventMetadata =>
  typeof value === "object" &&
  value !== null &&
  "correlation_id" in value &&
  typeof value.correlation_id === "string" &&
  "causation_id" in value &&
  typeof value.causation_id === "string" &&
  (!("traceparent" in value) || typeof value.traceparent === "string");
