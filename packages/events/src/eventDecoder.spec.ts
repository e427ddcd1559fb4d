import { readdirSync, readFileSync } from "node:fs";
import { EventError } from "#domain";
import { expect } from "chai";
import { MessageError } from "./decodeMessage.ts";
import { createEventDecoder, ValueTooLargeError } from "./eventDecoder.ts";
import { cartId, deliveredMessage, eventId } from "./testing/cartMessages.ts";

const fixturesOf = (folder: string) => {
  const files = new URL(`../../domain/src/${folder}/fixtures/`, import.meta.url);
  return readdirSync(files).map((file) => {
    const [type = "", version = ""] = file.split(".v");
    const fixture = JSON.parse(readFileSync(new URL(file, files), "utf8")) as { readonly stored: object; readonly current: object };
    return { file, type, schemaVersion: Number.parseInt(version, 10), ...fixture };
  });
};

describe("the event decoder", () => {
  const decode = createEventDecoder();

  it("returns the event with its place in its stream", () => {
    expect(decode(deliveredMessage(7))).to.deep.equal({
      eventId: eventId(7),
      aggregateType: "Cart",
      aggregateId: cartId(7),
      version: 3,
      occurredAt: new Date("2026-06-10T13:00:00.000Z"),
      metadata: { correlation_id: "request-1", causation_id: "command-1" },
      type: "CartAbandoned",
      data: { last_activity_at: "2026-06-10T12:00:00.000Z", abandoned_after_minutes: 60, stage: "cart" },
    });
  });

  for (const [folder, aggregateType] of [
    ["cart", "Cart"],
    ["tenantPolicy", "TenantPolicy"],
  ] as const) {
    for (const { file, type, schemaVersion, stored, current } of fixturesOf(folder)) {
      it(`reads ${file} in its current shape`, () => {
        const event = decode(deliveredMessage(1, { type, schemaVersion, aggregateType, data: stored }));
        expect([event.type, event.data]).to.deep.equal([type, current]);
      });
    }
  }

  const refused: readonly [string, Parameters<typeof deliveredMessage>[1], string][] = [
    ["an unknown event type", { type: "CartPainted" }, "UNKNOWN_EVENT_TYPE"],
    ["an unknown aggregate type", { aggregateType: "Wishlist" }, "UNKNOWN_EVENT_TYPE"],
    ["an aggregate type that every object has", { aggregateType: "constructor" }, "UNKNOWN_EVENT_TYPE"],
    ["an event of another aggregate", { aggregateType: "TenantPolicy" }, "UNKNOWN_EVENT_TYPE"],
    ["a newer schema version", { schemaVersion: 99 }, "UNKNOWN_SCHEMA_VERSION"],
    ["data that does not match its schema", { data: { last_activity_at: 1 } }, "INVALID_EVENT_DATA"],
    ["data that is no object", { data: null }, "INVALID_EVENT_DATA"],
  ];
  for (const [what, parts, code] of refused) {
    it(`refuses ${what}: ${code}`, () => {
      expect(() => decode(deliveredMessage(1, parts)))
        .to.throw(EventError)
        .with.property("code", code);
    });
  }

  it("refuses bytes that are no event", () => {
    const garbage = { key: Buffer.from([0xff]), value: Buffer.from([0, 1, 2]), headers: {} };
    expect(() => decode(garbage)).to.throw(MessageError);
  });

  it("refuses a gigabyte without reading it", () => {
    // Reading it would fail with another error, because a text of this length cannot exist.
    expect(() => decode({ ...deliveredMessage(1), value: Buffer.alloc(1_073_741_824) })).to.throw(ValueTooLargeError);
  });
});
