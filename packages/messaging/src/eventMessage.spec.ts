import { decodeEventMessage, identifyMessage, MessageError, type MessageErrorCode } from "@cart/events";
import { expect } from "chai";
import type { ConsumedMessage } from "./consumedMessage.ts";
import { encodeEventMessage, type EventToPublish } from "./eventMessage.ts";

const aggregateId = "550e8400-e29b-41d4-a716-446655440000";
const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

const event: EventToPublish = {
  eventId: "01890a5d-ac96-774b-bcce-b302099a8057",
  eventType: "ItemAddedToCart",
  schemaVersion: 1,
  aggregateType: "Cart",
  aggregateId,
  version: 2,
  occurredAt: new Date("2025-11-20T16:30:00.123Z"),
  metadata: { correlation_id: "request-1", causation_id: "command-1", actor: "user-123", traceparent },
  data: '{"item_id":"ø","quantity":2,"unit_price":2999}',
};

/** Returns the message as a broker delivers it. */
const consumed = (
  overrides: { key?: string | null; value?: Buffer | null; headers?: ConsumedMessage["headers"] } = {},
): ConsumedMessage => {
  const { key, value, headers } = encodeEventMessage(event);
  const bytes = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));
  const chosenKey = overrides.key === undefined ? key : overrides.key;
  return {
    topic: "ec.cart-events",
    partition: 3,
    offset: "42",
    key: chosenKey === null ? null : Buffer.from(chosenKey),
    value: overrides.value === undefined ? Buffer.from(value) : overrides.value,
    headers: { ...bytes, ...overrides.headers },
  };
};

describe("the event message", () => {
  it("is a CloudEvent in binary mode, with attributes in headers and the event's JSON unchanged", () => {
    expect(encodeEventMessage(event)).to.deep.equal({
      key: aggregateId,
      value: event.data,
      headers: {
        ce_specversion: "1.0",
        ce_id: event.eventId,
        ce_type: "ItemAddedToCart",
        ce_source: "/event-sourced-cart",
        ce_subject: aggregateId,
        ce_time: "2025-11-20T16:30:00.123Z",
        ce_aggregatetype: "Cart",
        ce_aggregateversion: "2",
        ce_schemaversion: "1",
        ce_correlationid: "request-1",
        ce_causationid: "command-1",
        "content-type": "application/json",
        traceparent,
      },
    });
  });

  it("is decoded to the original event, without its actor", () => {
    expect(decodeEventMessage(consumed())).to.deep.equal({
      eventId: event.eventId,
      aggregateType: "Cart",
      aggregateId,
      version: 2,
      schemaVersion: 1,
      occurredAt: event.occurredAt,
      metadata: { correlation_id: "request-1", causation_id: "command-1", traceparent },
      event: { type: "ItemAddedToCart", schemaVersion: 1, data: { item_id: "ø", quantity: 2, unit_price: 2999 } },
    });
  });

  it("is accepted with an invalid traceparent, which is left out", () => {
    const message = consumed({ headers: { traceparent: Buffer.from("nonsense") } });
    expect(decodeEventMessage(message).metadata).not.to.have.property("traceparent");
  });

  const refused: readonly [string, MessageErrorCode, Parameters<typeof consumed>[0]][] = [
    ["no header", "MISSING_HEADER", { headers: { ce_type: undefined } }],
    ["an empty header", "MISSING_HEADER", { headers: { ce_correlationid: Buffer.from("") } }],
    ["a header twice", "INVALID_HEADER", { headers: { ce_type: [Buffer.from("A"), Buffer.from("B")] } }],
    ["another CloudEvents version", "INVALID_HEADER", { headers: { ce_specversion: Buffer.from("0.3") } }],
    ["another content type", "INVALID_HEADER", { headers: { "content-type": Buffer.from("application/avro") } }],
    ["an id that is no UUID", "INVALID_HEADER", { headers: { ce_id: Buffer.from("1") } }],
    ["a version that is no number", "INVALID_HEADER", { headers: { ce_aggregateversion: Buffer.from("two") } }],
    ["version 0", "INVALID_HEADER", { headers: { ce_aggregateversion: Buffer.from("0") } }],
    ["a version that no column holds", "INVALID_HEADER", { headers: { ce_aggregateversion: Buffer.from("2147483648") } }],
    ["no time", "INVALID_HEADER", { headers: { ce_time: Buffer.from("yesterday") } }],
    ["a time without a zone", "INVALID_HEADER", { headers: { ce_time: Buffer.from("2025-11-20T16:30:00") } }],
    ["a day that is not in the calendar", "INVALID_HEADER", { headers: { ce_time: Buffer.from("2025-13-20T16:30:00Z") } }],
    ["another key", "KEY_MISMATCH", { key: "550e8400-e29b-41d4-a716-446655440001" }],
    ["no key", "KEY_MISMATCH", { key: null }],
    ["no value", "MISSING_VALUE", { value: null }],
    ["a value that is not JSON", "INVALID_JSON", { value: Buffer.from("{") }],
    ["a value that is not UTF-8", "INVALID_JSON", { value: Buffer.from([0x22, 0xff, 0x22]) }],
  ];

  for (const [what, code, overrides] of refused) {
    it(`is refused with ${what}: ${code}`, () => {
      expect(() => decodeEventMessage(consumed(overrides)))
        .to.throw(MessageError)
        .with.property("code", code);
    });
  }

  it("is identified by its key, else by its subject, else not at all", () => {
    expect(identifyMessage(consumed({ value: null }))).to.deep.equal({ aggregateId, version: 2 });
    expect(identifyMessage(consumed({ key: "x", headers: { ce_aggregateversion: undefined } }))).to.deep.equal({
      aggregateId,
      version: undefined,
    });
    expect(identifyMessage(consumed({ key: null, headers: { ce_subject: Buffer.from("x") } })).aggregateId).to.equal(undefined);
  });
});
