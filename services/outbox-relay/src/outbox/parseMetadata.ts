import type { EventMetadata } from "@cart/domain";

/** Throws for a text that is not the metadata of an event: such a row cannot be published. */
export const parseMetadata = (json: string): EventMetadata => {
  const metadata: unknown = JSON.parse(json);
  if (!isMetadata(metadata)) throw new Error("the metadata has no correlation_id or causation_id");
  return metadata;
};

const isMetadata = (value: unknown): value is EventMetadata =>
  typeof value === "object" &&
  value !== null &&
  "correlation_id" in value &&
  typeof value.correlation_id === "string" &&
  "causation_id" in value &&
  typeof value.causation_id === "string" &&
  (!("traceparent" in value) || typeof value.traceparent === "string");
