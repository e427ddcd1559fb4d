import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";
import { eventCatalogs } from "@cart/domain";
import { expect } from "chai";
import { Check } from "typebox/value";
import { encodeEventMessage } from "../eventMessage.ts";
import { defaultTopics } from "../topics.ts";
import { asyncApiFile, asyncApiPath } from "./asyncApiFile.ts";
import { cloudEventHeaders } from "./cloudEventHeaders.ts";

describe("the AsyncAPI document", () => {
  it("matches docs/asyncapi.yaml (npm run docs:asyncapi writes it)", () => {
    expect(readFileSync(asyncApiPath, "utf8")).to.equal(asyncApiFile());
  });

  it("is valid, and has every topic and every version of every event", async () => {
    const { document, diagnostics } = await new Parser().parse(asyncApiFile());
    expect(diagnostics.filter(({ severity }) => severity.valueOf() === 0).map(({ message }) => message)).to.deep.equal([]);
    expect(
      document
        ?.channels()
        .all()
        .map((channel) => channel.address()),
    ).to.have.members(Object.values(defaultTopics));
    const versions = Object.values(eventCatalogs).flatMap((catalog) => Object.values(catalog).flatMap(({ versions: all }) => all));
    expect(document?.messages().all()).to.have.length(versions.length);
  });

  it("describes every header that is written, and no others", () => {
    const { headers } = encodeEventMessage({
      eventId: "018f4e5a-0000-7000-8000-000000000001",
      eventType: "CartCleared",
      schemaVersion: 1,
      aggregateType: "Cart",
      aggregateId: "550e8400-e29b-41d4-a716-446655440000",
      version: 3,
      occurredAt: new Date("2025-11-20T16:30:00.000Z"),
      metadata: {
        correlation_id: "request-1",
        causation_id: "command-1",
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      },
      data: "{}",
      eventStoreId: "7d444840-9dc0-4f4f-8c8a-3b1c6f0b8a11",
    });
    expect(Object.keys(headers)).to.have.members(Object.keys(cloudEventHeaders.properties));
    expect(Check(cloudEventHeaders, headers)).to.equal(true);
  });
});
