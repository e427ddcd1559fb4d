import { randomBytes, randomUUID } from "node:crypto";
import { type CartEvent, cartAggregate, type RecordedEvent } from "@cart/domain";
import { withKeys } from "@cart/event-store";
import { type ConsumedMessage, encodeEventMessage } from "@cart/messaging";
import type { KeyRing } from "@cart/personal-data";
import { expect } from "chai";
import { cartId } from "../testing/useAbandonment.ts";
import { readMessages } from "./readMessages.ts";

const key = { keyId: randomUUID(), key: randomBytes(32) };

/** A ring with one key in memory, which counts how often keys are read. */
const ringOf = (opened: Buffer | "destroyed") => {
  let reads = 0;
  const ring: KeyRing = {
    sealingKeys: async (shoppers) => ({
      keys: shoppers.map(() => key),
      statements: [],
      committed: () => undefined,
      conflicted: async () => undefined,
    }),
    openingKeys: async (ids) => {
      reads += 1;
      return new Map(ids.map((id) => [id, opened]));
    },
    maxAgeMs: 300_000,
    secretFor: async () => randomBytes(32),
    assertMasterKeys: async () => undefined,
  };
  return { ring, reads: () => reads };
};

const created: RecordedEvent<CartEvent> = {
  eventId: "01890a5d-ac96-774b-bcce-000000000001",
  aggregateType: "Cart",
  aggregateId: cartId(1),
  version: 1,
  schemaVersion: 1,
  occurredAt: new Date("2026-06-10T12:00:00Z"),
  metadata: { correlation_id: "request-1", causation_id: "command-1" },
  event: { type: "CartCreated", data: { user_id: "ann", tenant_id: "shop-1", currency: "USD" } },
};

/** The message of the event as it is published, with other text in place of its data if given. */
const messageOf = (data: object): ConsumedMessage => {
  const { event, ...recorded } = created;
  const { key: name, value, headers } = encodeEventMessage({ ...recorded, eventType: event.type, data: JSON.stringify(data) });
  return {
    topic: "ec.cart-events",
    partition: 0,
    offset: "0",
    key: Buffer.from(name),
    value: Buffer.from(value),
    headers: Object.fromEntries(Object.entries(headers).map(([header, text]) => [header, Buffer.from(text)])),
  };
};

const sealedMessage = async (): Promise<ConsumedMessage> => {
  const { vault } = withKeys(cartAggregate, ringOf(key.key).ring, true);
  const sealed = await vault?.seal?.([{ aggregateType: "Cart", aggregateId: cartId(1), events: [created] }]);
  const data = sealed?.appends[0]?.events[0]?.data;
  if (typeof data !== "object" || data === null) throw new Error("the event was not sealed");
  return messageOf(data);
};

const usersOf = async (ring: KeyRing | undefined, messages: readonly ConsumedMessage[]): Promise<readonly unknown[]> => {
  const incoming = await readMessages(messages, { carts: withKeys(cartAggregate, ring, false), policyTopic: "ec.tenant-policy-events" });
  return incoming.map((one) =>
    one.kind === "CART_EVENT" && one.event.event?.type === "CartCreated" ? one.event.event.data.user_id : one.kind,
  );
};

describe("messages with sealed fields", () => {
  it("are opened with one read of keys, beside plain messages and unreadable ones", async () => {
    const { ring, reads } = ringOf(key.key);
    const sealed = await sealedMessage();
    expect(sealed.value?.toString()).not.to.contain("ann");
    const broken = { ...sealed, value: Buffer.from("{") };
    expect(await usersOf(ring, [sealed, messageOf(created.event.data), broken, sealed])).to.deep.equal(["ann", "ann", "CART", "ann"]);
    expect(reads()).to.equal(1);
  });

  it("need no keys if no message is sealed", async () => {
    const { ring, reads } = ringOf(key.key);
    expect(await usersOf(ring, [messageOf(created.event.data)])).to.deep.equal(["ann"]);
    expect(reads()).to.equal(0);
  });

  it("have a pseudonym once the key is destroyed", async () => {
    expect(await usersOf(ringOf("destroyed").ring, [await sealedMessage()])).to.deep.equal([`erased-${key.keyId}`]);
  });

  it("are a mere signal to a program without keys, which reads the event store", async () => {
    expect(await usersOf(undefined, [await sealedMessage()])).to.deep.equal(["CART"]);
  });
});
