import { randomUUID } from "node:crypto";

/**
 * A UUIDv7 (RFC 9562, 5.7): the time in milliseconds, then random bits. Node keeps
 * random bits in store for its UUIDs, which makes this the cheapest source of them.
 */
export const newEventId = (): string => {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
};
