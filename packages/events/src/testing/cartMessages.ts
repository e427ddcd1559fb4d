import type { EventMessageParts } from "../decodeMessage.ts";

export const cartId = (n: number): string => `550e8400-e29b-41d4-a716-${String(n).padStart(12, "0")}`;
export const eventId = (n: number): string => `01890a5d-ac96-774b-bcce-${String(n).padStart(12, "0")}`;

type Parts = {
  readonly type?: string;
  readonly schemaVersion?: number;
  readonly aggregateType?: string;
  readonly data?: unknown;
  readonly version?: number;
  readonly cart?: number;
};

const abandoned = { last_activity_at: "2026-06-10T12:00:00.000Z", abandoned_after_minutes: 60 };

/** The message of an event as the relay writes it: by default the first schema version of `CartAbandoned`. */
export const writtenMessage = (n: number, parts: Parts = {}) => {
  const { type = "CartAbandoned", schemaVersion = 1, aggregateType = "Cart", data = abandoned, version = 3, cart = n } = parts;
  return {
    key: cartId(cart),
    value: JSON.stringify(data),
    headers: {
      ce_specversion: "1.0",
      ce_id: eventId(n),
      ce_type: type,
      ce_source: "/event-sourced-cart",
      ce_subject: cartId(cart),
      ce_time: "2026-06-10T13:00:00.000Z",
      ce_aggregatetype: aggregateType,
      ce_aggregateversion: String(version),
      ce_schemaversion: String(schemaVersion),
      ce_correlationid: "request-1",
      ce_causationid: "command-1",
      "content-type": "application/json",
    },
  };
};

/** The same message as a broker delivers it. */
export const deliveredMessage = (n: number, parts: Parts = {}): EventMessageParts => {
  const { key, value, headers } = writtenMessage(n, parts);
  return { key: Buffer.from(key), value: Buffer.from(value), headers };
};
