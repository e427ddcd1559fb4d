import { randomUUID } from "node:crypto";

/**
 * Returns a UUIDv7 (RFC 9562, 5.7): the time in milliseconds, then random bits. Node.js
 * caches random bits for its UUIDs, so this is the cheapest source of random bits.
 */
export const newEventId = (): string => {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
};
